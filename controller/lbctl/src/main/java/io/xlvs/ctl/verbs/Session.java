// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Console;
import io.xlvs.ctl.DirectorClient;

/**
 * What every command works with.
 *
 * @param console the user's side
 * @param client xlvsd's side
 */
record Session(Console console, DirectorClient client) {}
