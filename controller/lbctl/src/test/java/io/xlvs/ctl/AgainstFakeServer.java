// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests of lbctl, each with a {@link FakeServer} of its own. */
abstract class AgainstFakeServer {
  FakeServer server;
  Lbctl lbctl;

  @BeforeEach
  void startServer() throws IOException {
    server = new FakeServer();
    lbctl = new Lbctl(server);
  }

  @AfterEach
  void stopServer() throws IOException {
    server.close();
  }
}
