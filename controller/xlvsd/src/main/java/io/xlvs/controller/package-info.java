// SPDX-License-Identifier: Apache-2.0
/** The daemon: command line, wiring, start and stop. */
package io.xlvs.controller;
