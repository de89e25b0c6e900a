// SPDX-License-Identifier: Apache-2.0
/** The gRPC API: one class per service of xlvs.v1, mapping of messages and errors, and the server. No rules live here. */
package io.xlvs.controller.api;
