// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.protobuf.MessageOrBuilder;
import picocli.CommandLine.Option;

/** A command that changes something, or with --dry-run only says what it would change. */
abstract class Change extends Verb {
  @Option(names = "--dry-run", description = "Let xlvsd check the change, but change nothing.")
  private boolean dryRun;

  Change(Session session) {
    super(session);
  }

  boolean dryRun() {
    return dryRun;
  }

  /**
   * Tells what was done: a sentence on standard error, and with -o json or yaml the result on standard output.
   *
   * @param verb what is done, in the infinitive, such as "add"
   * @param past the same in the past, such as "added"
   * @param object what it is done to
   * @param result what became of it, or null if it is gone
   */
  void done(String verb, String past, String object, MessageOrBuilder result) {
    console().err().println(dryRun ? "would " + verb + " " + object + " (nothing was changed)" : past + " " + object);
    if (result != null) {
      output().onlyData(result);
    }
  }
}
