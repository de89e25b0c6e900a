// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Failure;
import io.xlvs.ctl.ipvs.PlanListing;
import io.xlvs.v1.CompareRevisionsRequest;
import io.xlvs.v1.ListRevisionsRequest;
import io.xlvs.v1.ListRevisionsResponse;
import io.xlvs.v1.Plan;
import io.xlvs.v1.Revision;
import io.xlvs.v1.RollbackRequest;
import io.xlvs.v1.RollbackResponse;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the configuration was, and going back to it. */
final class HistoryCommands {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private HistoryCommands() {}

  /** Oldest first. */
  private static ListRevisionsResponse revisions(Verb verb) {
    return verb.client().director().listRevisions(ListRevisionsRequest.getDefaultInstance());
  }

  /** The one before the last. */
  private static long previous(List<Revision> kept, String command) {
    if (kept.size() < 2) {
      throw new Failure(VerbTool.REFUSED, command, "there is no revision before the one in force: `lbctl history' lists those that are kept");
    }
    return kept.get(kept.size() - 2).getRevision();
  }

  /** {@code lbctl history}. */
  @Command(name = "history", description = "List the revisions that can be gone back to, the newest first.",
      footer = {"", "xlvsd keeps the last 100, or fewer where the changes between them are large.", "", "Examples:", "  lbctl history",
        "  lbctl diff 41 42", "  lbctl rollback 41"})
  static final class History extends Verb {
    History(Session session) {
      super(session);
    }

    @Override
    void run() {
      ListRevisionsResponse response = revisions(this);
      output().print(response, () -> text(response.getRevisionsList()));
    }

    private String text(List<Revision> kept) {
      Table table = new Table(console().colours(), ">REVISION", "MADE", ">SERVICES", ">REAL SERVERS", "");
      for (int i = kept.size() - 1; i >= 0; i--) {
        Revision revision = kept.get(i);
        table.row(revision.getRevision(), revision.hasCreateTime() ? time(revision) : "-", revision.getServices(), revision.getServers(),
            i == kept.size() - 1 ? "in force" : "");
      }
      return table.toString();
    }

    private static String time(Revision revision) {
      return TIME.format(Instant.ofEpochSecond(revision.getCreateTime().getSeconds()).atZone(ZoneId.systemDefault()));
    }
  }

  /** {@code lbctl diff}. */
  @Command(name = "diff", description = "Show what lies between two revisions, in lines of `lbctl -S'.",
      footer = {"", "Examples:", "  lbctl diff         what the last change did", "  lbctl diff 41      what has changed since revision 41",
        "  lbctl diff 41 42"})
  static final class Diff extends Verb {
    @Parameters(index = "0", arity = "0..1", paramLabel = "FROM", description = "A revision (default: the one before the last).")
    private Long from;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TO", description = "Another (default: the one in force).")
    private Long to;

    Diff(Session session) {
      super(session);
    }

    @Override
    void run() {
      Plan plan = client().director().compareRevisions(CompareRevisionsRequest.newBuilder()
          .setFromRevision(from == null ? previous(revisions(this).getRevisionsList(), "diff") : from).setToRevision(to == null ? 0 : to).build()).getPlan();
      output().print(plan, () -> PlanListing.text(plan));
    }
  }

  /** {@code lbctl rollback}. */
  @Command(name = "rollback", description = {"Make the configuration what it was at a revision.",
      "What is alike in both is not touched, nor are its connections. It is a change with a revision of its own, and can be rolled back"
          + " as well."},
      footer = {"", "Examples:", "  lbctl rollback     take the last change back", "  lbctl rollback 41 --dry-run"})
  static final class Rollback extends Verb {
    @Parameters(index = "0", arity = "0..1", paramLabel = "REVISION", description = "Default: the one before the last.")
    private Long revision;

    @Option(names = "--dry-run", description = "Say what would change, and change nothing.")
    private boolean dryRun;

    @Option(names = "--expect-revision", paramLabel = "REVISION", defaultValue = "0",
        description = "Refuse if another revision is in force by now.")
    private long expected;

    Rollback(Session session) {
      super(session);
    }

    @Override
    void run() {
      List<Revision> kept = revisions(this).getRevisionsList();
      long inForce = kept.isEmpty() ? 0 : kept.get(kept.size() - 1).getRevision();
      // What "the one before" means was read a moment ago: somebody else's change since must not be taken for it.
      long seen = expected != 0 || revision != null ? expected : inForce;
      long target = revision == null ? previous(kept, "rollback") : revision;
      RollbackResponse response = client().director().rollback(RollbackRequest.newBuilder()
          .setRevision(target).setValidateOnly(dryRun).setExpectedRevision(seen).build());
      boolean nothing = response.getRevision() == inForce;
      console().err().println(nothing ? "nothing to change: the configuration is that of revision " + target + " already"
          : dryRun ? "would go back to revision " + target + " (nothing was changed)"
          : "went back to revision " + target + ", now revision " + response.getRevision());
      if (dryRun) {
        output().print(response.getPlan(), () -> PlanListing.text(response.getPlan()));
      } else {
        output().onlyData(response);
      }
    }
  }
}
