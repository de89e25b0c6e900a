// SPDX-License-Identifier: Apache-2.0
/** What every part that touches files shares. */
package io.xlvs.controller.file;
