// SPDX-License-Identifier: Apache-2.0
/**
 * Network interfaces and namespaces, as far as attaching programs needs them, and frames on an interface.
 */
package io.xlvs.loader.net;
