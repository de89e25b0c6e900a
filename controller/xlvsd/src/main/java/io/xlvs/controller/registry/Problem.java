// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

/**
 * Why one operation is refused.
 *
 * @param kind what sort of problem
 * @param operation index in the batch, or {@link #WHOLE}
 * @param field the element as the API names it within the operation: "real_server.port"
 * @param message the value, what is wrong with it, and what would be right; one line
 * @param resource what is missing or already there; {@link Resource#NONE} for the other kinds
 */
public record Problem(Kind kind, int operation, String field, String message, Resource resource) {
  /** Operation index of a problem of the whole change. */
  public static final int WHOLE = -1;

  /** Sorts of problems. */
  public enum Kind {
    /** A value that can never be right. */
    INVALID,
    /** A value that this version cannot do. */
    UNSUPPORTED,
    NOT_FOUND,
    ALREADY_EXISTS,
    /** Changed since the caller looked. */
    CONFLICT,
    /** Right, but not on this director as it stands. */
    INFEASIBLE
  }

  /**
   * A resource in text form.
   *
   * @param type what it is
   * @param service the service in text form; empty for a mark rule
   * @param child the server, local address or mark rule in text form; empty for a service
   */
  public record Resource(ResourceType type, String service, String child) {
    public static final Resource NONE = new Resource(ResourceType.NONE, "", "");
  }

  /** Types of resources. */
  public enum ResourceType {
    NONE,
    SERVICE,
    SERVER,
    LOCAL_ADDRESS,
    MARK_RULE
  }

  /** A value that can never be right, of an operation by itself. */
  public static Problem invalid(String field, String message) {
    return new Problem(Kind.INVALID, 0, field, message, Resource.NONE);
  }

  /** A value that this version cannot do, of an operation by itself. */
  public static Problem unsupported(String field, String message) {
    return new Problem(Kind.UNSUPPORTED, 0, field, message, Resource.NONE);
  }

  Problem at(int index) {
    return new Problem(kind, index, field, message, resource);
  }
}
