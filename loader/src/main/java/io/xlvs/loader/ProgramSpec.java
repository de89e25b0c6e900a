// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import java.util.Optional;

/** A program as an object file declares it. Type and attach type follow from the section name unless set here. */
public final class ProgramSpec {
  private final String name;
  private final String sectionName;
  private boolean autoload;
  private ProgramType type;
  private AttachType attachType;
  private Integer flags;

  ProgramSpec(String name, String sectionName) {
    this.name = name;
    this.sectionName = sectionName;
    this.autoload = !sectionName.startsWith("?");
  }

  /** Name of the C function. */
  public String name() {
    return name;
  }

  /** Name of the ELF section, for example "xdp.frags"; a leading "?" means not loaded unless asked for. */
  public String sectionName() {
    return sectionName;
  }

  /** Whether {@link CollectionSpec#load} loads the program. */
  public boolean autoload() {
    return autoload;
  }

  /** The type set here; empty leaves it to the section name. */
  public Optional<ProgramType> type() {
    return Optional.ofNullable(type);
  }

  /** The expected attach type set here; empty leaves it to the section name. */
  public Optional<AttachType> attachType() {
    return Optional.ofNullable(attachType);
  }

  /** The {@code BPF_F_*} load flags set here; empty leaves them to the section name. */
  public Optional<Integer> flags() {
    return Optional.ofNullable(flags);
  }

  /** Whether to load the program. */
  public ProgramSpec setAutoload(boolean newAutoload) {
    autoload = newAutoload;
    return this;
  }

  /** Overrides the program type. */
  public ProgramSpec setType(ProgramType newType) {
    type = newType;
    return this;
  }

  /** Overrides the expected attach type. */
  public ProgramSpec setAttachType(AttachType newAttachType) {
    attachType = newAttachType;
    return this;
  }

  /** Overrides the load flags, for example 32 (BPF_F_XDP_HAS_FRAGS). */
  public ProgramSpec setFlags(int newFlags) {
    flags = newFlags;
    return this;
  }
}
