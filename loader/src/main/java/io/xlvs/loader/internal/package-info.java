// SPDX-License-Identifier: Apache-2.0
/**
 * The native seam: the only package that uses jnr-ffi. Not an API.
 */
package io.xlvs.loader.internal;
