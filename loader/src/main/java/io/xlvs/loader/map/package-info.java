// SPDX-License-Identifier: Apache-2.0
/**
 * Live maps: typed ({@link io.xlvs.loader.map.BpfMap}), as bytes ({@link io.xlvs.loader.map.RawMap}) and as memory
 * ({@link io.xlvs.loader.map.MappedArray}). {@code RawMap}, {@code MappedArray}, {@code MapCursor} and {@code
 * RingBuffer} are closed by who opened them, unless a collection owns them.
 */
package io.xlvs.loader.map;
