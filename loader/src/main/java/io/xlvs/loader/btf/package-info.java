// SPDX-License-Identifier: Apache-2.0
/**
 * Reads type information from object files, in plain Java, without privilege.
 */
package io.xlvs.loader.btf;
