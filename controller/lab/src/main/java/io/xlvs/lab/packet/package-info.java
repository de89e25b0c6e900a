// SPDX-License-Identifier: Apache-2.0
/**
 * IP packets made from words and told in words: what conformance scenarios send and see. Everything is computed from the bytes, checksums
 * over the whole data.
 */
package io.xlvs.lab.packet;
