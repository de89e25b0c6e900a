// SPDX-License-Identifier: Apache-2.0
/**
 * What the daemon is started with: a YAML file, overridden by flags, one record per capability. A component that is null was not given.
 * Keys of the file and flags have the same names.
 */
package io.xlvs.controller.config;
