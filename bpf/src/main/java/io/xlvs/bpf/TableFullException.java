// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** No place was found for an endpoint: the table is too full, or chance put too many into the same buckets. */
public final class TableFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TableFullException(Endpoint endpoint, long size, int buckets) {
    super(
        "service_table has no place for " + endpoint + ": it holds " + size + " endpoints in " + buckets + " buckets of "
            + Bucket.WAYS);
  }
}
