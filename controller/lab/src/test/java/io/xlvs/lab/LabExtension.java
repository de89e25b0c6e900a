// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A lab with the services of all modes. The ordinary one is shared by all test classes that want it and closed after the last test of the
 * run; another kind ends with its class, so that there are never more than two at once.
 * A failed test is told with what the director knows about it.
 */
final class LabExtension implements BeforeAllCallback, AfterTestExecutionCallback {
  private final LabOptions options;
  private Lab lab;

  LabExtension(LabOptions options) {
    this.options = options;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    ExtensionContext owner = options.equals(LabOptions.DEFAULT) ? context.getRoot() : context;
    lab = owner.getStore(ExtensionContext.Namespace.create(LabExtension.class))
        .getOrComputeIfAbsent(options, Holder::open, Holder.class).lab;
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      System.err.println("after the failure of " + context.getDisplayName() + ":");
      System.err.println(lab.director().attempt("", "status").out());
      System.err.println(lab.director().log());
    }
  }

  Client client() {
    return lab.client();
  }

  Director director() {
    return lab.director();
  }

  Lab lab() {
    return lab;
  }

  /** JUnit closes what it finds in its store. */
  private record Holder(Lab lab) implements AutoCloseable {
    static Holder open(LabOptions options) {
      Lab lab = Lab.open(options);
      try {
        lab.createServices(Mode.values());
        return new Holder(lab);
      } catch (RuntimeException e) {
        lab.close();
        throw e;
      }
    }

    @Override
    public void close() {
      lab.close();
    }
  }
}
