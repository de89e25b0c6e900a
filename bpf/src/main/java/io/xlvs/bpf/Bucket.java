// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/**
 * Layout of one line of service_table: {@code struct xlvs_bucket}. {@link ServiceTable} reads and writes lines in place, so
 * there is no value class.
 */
public final class Bucket {
  /** Endpoints that fit one line: {@code XLVS_BUCKET_WAYS}. */
  public static final int WAYS = 2;

  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_bucket")
          .bytes("way", WAYS * Endpoint.LAYOUT.size())
          .u32("overflow")
          .u32("pad")
          .build();

  static final int WAY = LAYOUT.offset("way");
  static final int OVERFLOW = LAYOUT.offset("overflow");

  private Bucket() {}
}
