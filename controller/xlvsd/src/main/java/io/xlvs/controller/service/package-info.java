// SPDX-License-Identifier: Apache-2.0
/**
 * What is configured: immutable, validated, versioned. Knows neither the API's messages nor the data plane's maps.
 *
 * <p>Words are LVS's own: a virtual service (VIP, port, protocol or a firewall mark) has real servers (RIP, port); local
 * addresses (LIP) are the sources of the FULLNAT method.
 */
package io.xlvs.controller.service;
