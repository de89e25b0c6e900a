// SPDX-License-Identifier: Apache-2.0
/**
 * The BPF file system and directories of pins.
 */
package io.xlvs.loader.pin;
