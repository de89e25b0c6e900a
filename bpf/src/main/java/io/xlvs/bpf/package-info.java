// SPDX-License-Identifier: Apache-2.0
/**
 * The data plane's Java mirror. {@code struct xlvs_x} of {@code xlvs_abi.h} is the record {@code X} with a {@code LAYOUT} and a
 * {@code CODEC}; {@code enum xlvs_x} is the enum {@code X}. {@link io.xlvs.bpf.AbiCheck} proves the two sides equal from the
 * compiled object's type information. Buffers are in native byte order; addresses and ports in them are in network order, and
 * only the codecs convert. {@link io.xlvs.bpf.XlvsObjects} loads the object and holds its maps and programs.
 */
package io.xlvs.bpf;
