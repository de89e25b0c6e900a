// SPDX-License-Identifier: Apache-2.0
/** The program that the lab's real servers run: an ordinary HTTP server and UDP echo server that know nothing of xlvs. */
package io.xlvs.lab.server;
