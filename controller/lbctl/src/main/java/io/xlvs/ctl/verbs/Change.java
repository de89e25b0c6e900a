// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.protobuf.MessageOrBuilder;
import io.xlvs.ctl.ipvs.PlanListing;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.Operation;
import io.xlvs.v1.Plan;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A command that changes something, or with --dry-run only says what it would change. */
abstract class Change extends Verb {
  @Option(names = "--dry-run", description = "Let xlvsd check the change and say what it would do, but change nothing.")
  private boolean dryRun;

  private Optional<Plan> plan = Optional.empty();

  Change(Session session) {
    super(session);
  }

  boolean dryRun() {
    return dryRun;
  }

  /** With --dry-run: asks xlvsd what the operations would do; for {@link #done} to print. */
  void plan(Operation.Builder... operations) {
    if (dryRun) {
      ApplyRequest.Builder all = ApplyRequest.newBuilder().setValidateOnly(true);
      Arrays.stream(operations).forEach(all::addOperations);
      plan = Optional.of(client().director().apply(all.build()).getPlan());
    }
  }

  /**
   * Tells what was done: a sentence on standard error, and with -o json or yaml the result on standard output; with --dry-run what
   * would be done, and instead of the result the plan, if one was asked for.
   *
   * @param verb what is done, in the infinitive, such as "add"
   * @param past the same in the past, such as "added"
   * @param object what it is done to
   * @param result what became of it, or null if it is gone
   */
  void done(String verb, String past, String object, MessageOrBuilder result) {
    console().err().println(dryRun ? "would " + verb + " " + object + " (nothing was changed)" : past + " " + object);
    if (plan.isPresent()) {
      output().print(plan.get(), () -> PlanListing.text(plan.get()));
    } else if (result != null) {
      output().onlyData(result);
    }
  }
}
