// SPDX-License-Identifier: Apache-2.0
/**
 * The one place where the configuration changes: operations are validated whole, stored, carried out and announced, in this order,
 * by one writer at a time.
 */
package io.xlvs.controller.registry;
