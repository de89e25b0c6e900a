// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.xlvs.v1.CompareRevisionsRequest;
import io.xlvs.v1.Difference;
import io.xlvs.v1.Element;
import io.xlvs.v1.Plan;
import io.xlvs.v1.Revision;
import io.xlvs.v1.RollbackRequest;
import io.xlvs.v1.Timeouts;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;

/** {@code lbctl history}, {@code diff} and {@code rollback}. */
final class HistoryTest extends AgainstFakeServer {
  private static final long SECONDS = 1_790_000_000;

  private void keepTwo() {
    server.revisions.add(Revision.newBuilder().setRevision(41).setServices(9).setServers(90).build());
    server.revisions.add(Revision.newBuilder().setRevision(42).setServices(10).setServers(100)
        .setCreateTime(Timestamp.newBuilder().setSeconds(SECONDS)).build());
    server.plan = Plan.newBuilder().addDifferences(Difference.newBuilder().setName("timeouts")
        .setAfter(Element.newBuilder().setTimeouts(Timeouts.newBuilder().setTcpSeconds(7)))).build();
  }

  private Lbctl.Result done(String line) {
    Lbctl.Result result = lbctl.run(line);
    assertThat(result.status()).as(result.err()).isZero();
    return result;
  }

  @Test
  void theNewestRevisionComesFirst() {
    keepTwo();
    String time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").format(Instant.ofEpochSecond(SECONDS).atZone(ZoneId.systemDefault()));
    assertThat(done("history").out()).isEqualTo(
        "REVISION  MADE                 SERVICES  REAL SERVERS\n"
            + "      42  " + time + "        10           100  in force\n"
            + "      41  -                           9            90\n");
    assertThat(done("history -o json").out()).contains("\"revision\": \"42\"");
  }

  @Test
  void withoutRevisionsTheLastChangeIsMeant() {
    keepTwo();
    assertThat(done("diff").out()).isEqualTo("+ --set 7 0 0\n");
    done("diff 3");
    done("diff 3 4");
    assertThat(server.comparisons).containsExactly(
        CompareRevisionsRequest.newBuilder().setFromRevision(41).build(),
        CompareRevisionsRequest.newBuilder().setFromRevision(3).build(),
        CompareRevisionsRequest.newBuilder().setFromRevision(3).setToRevision(4).build());

    server.rollbackRevision = 43;
    assertThat(done("rollback").err()).isEqualTo("went back to revision 41, now revision 43\n");
    assertThat(server.rollbacks).containsExactly(RollbackRequest.newBuilder().setRevision(41).setExpectedRevision(42).build());
  }

  @Test
  void aRollbackIsTriedFirst() {
    keepTwo();
    server.rollbackRevision = 43;
    Lbctl.Result result = done("rollback 40 --dry-run");
    assertThat(result.err()).isEqualTo("would go back to revision 40 (nothing was changed)\n");
    assertThat(result.out()).isEqualTo("+ --set 7 0 0\n");
    done("rollback 40 --expect-revision 42");
    assertThat(server.rollbacks).containsExactly(
        RollbackRequest.newBuilder().setRevision(40).setValidateOnly(true).build(),
        RollbackRequest.newBuilder().setRevision(40).setExpectedRevision(42).build());
    server.rollbackRevision = 42;
    assertThat(done("rollback 40").err()).isEqualTo("nothing to change: the configuration is that of revision 40 already\n");
  }

  @Test
  void withoutAPastThereIsNoWayBack() {
    for (String line : new String[] {"diff", "rollback"}) {
      Lbctl.Result result = lbctl.run(line);
      assertThat(result.status()).isEqualTo(1);
      assertThat(result.err()).isEqualTo(line + ": there is no revision before the one in force: `lbctl history' lists those that are kept\n");
    }
    assertThat(lbctl.run("rollback x").status()).isEqualTo(2);
    assertThat(done("history").out()).isEqualTo("REVISION  MADE  SERVICES  REAL SERVERS\n");
  }
}
