// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.internal.Errno;

/** The running kernel or the installed libbpf lacks a feature. */
public final class NotSupportedException extends BpfException {
  private static final long serialVersionUID = 1L;

  private final String feature;
  private final String minimumKernel;

  /**
   * @param feature what is missing
   * @param minimumKernel the first kernel that has it, for example "5.19", or empty when the kernel is not the cause
   * @param errno the error number that told so
   */
  public NotSupportedException(String feature, String minimumKernel, int errno) {
    super(
        "use",
        feature,
        errno,
        minimumKernel.isEmpty() ? "not supported here" : "not supported here; needs Linux " + minimumKernel + " or newer");
    this.feature = feature;
    this.minimumKernel = minimumKernel;
  }

  /** As the full form, with {@code EOPNOTSUPP}. */
  public NotSupportedException(String feature, String minimumKernel) {
    this(feature, minimumKernel, Errno.EOPNOTSUPP);
  }

  /** What is missing. */
  public String feature() {
    return feature;
  }

  /** The first kernel release that has the feature, or empty when the kernel is not the cause. */
  public String minimumKernel() {
    return minimumKernel;
  }
}
