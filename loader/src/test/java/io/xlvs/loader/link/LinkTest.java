// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.Collection;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.testing.FdLeakExtension;
import io.xlvs.loader.testing.TempBpfFs;
import io.xlvs.loader.testing.TestObjects;
import io.xlvs.loader.testing.VethPair;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class LinkTest {
  /** Fewer than a veth's ring holds (256): none is lost, however long its reader has to wait for a CPU. */
  private static final int FRAMES = 200;

  private final VethPair veth = new VethPair();
  private final Collection hooks = TestObjects.spec("hooks").load();

  @AfterEach
  void close() {
    hooks.close();
    veth.close();
  }

  /** Sends frames out of the left interface, so that they arrive at the right one. */
  private void sendLeftToRight() {
    try (Collection maps = TestObjects.spec("maps").loadOnly("redirect").load()) {
      maps.map("devmap", Codecs.U32, Codecs.U32).update(3, veth.left());
      byte[] frame = new byte[64];
      Arrays.fill(frame, 0, 6, (byte) 0xff);
      frame[12] = (byte) 0x88; // local experimental ethertype 0x88b5: no protocol answers
      frame[13] = (byte) 0xb5;
      maps.program("redirect")
          .testRun(TestRunOptions.packet(frame).withFlags(TestRunOptions.LIVE_FRAMES).withRepeat(FRAMES));
    }
  }

  /** Packets are counted by the kernel's own thread, a moment later. */
  private void awaitAtLeast(String counter, long expected) {
    long deadlineNs = System.nanoTime() + 60_000_000_000L;
    while (hooks.variable(counter).getLong() < expected && System.nanoTime() < deadlineNs) {
      Thread.onSpinWait();
    }
    assertThat(hooks.variable(counter).getLong()).as(counter).isGreaterThanOrEqualTo(expected);
  }

  @Test
  void nativeXdpSeesPacketsAndIsReplacedInOneStep() {
    Program pass = hooks.program("pass");
    try (Link link = Xdp.attach(pass, veth.right(), XdpMode.NATIVE)) {
      assertThat(Xdp.query(veth.right())).isEqualTo(new XdpStatus(pass.info().id(), 0));
      assertThat(link.info().ifindex()).isEqualTo(veth.right());
      assertThat(link.info().programId()).isEqualTo(pass.info().id());
      sendLeftToRight();
      awaitAtLeast("packets_xdp", FRAMES);

      link.update(hooks.program("other"), pass);
      assertThat(link.info().programId()).isEqualTo(hooks.program("other").info().id());
      sendLeftToRight();
      awaitAtLeast("packets_other", FRAMES);
      assertThatExceptionOfType(BpfException.class).isThrownBy(() -> link.update(pass, pass))
          .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EPERM"));
    }
    assertThat(Xdp.query(veth.right()).attached()).isFalse();
  }

  @Test
  void genericXdpIsToldApart() {
    try (Link link = Xdp.attach(hooks.program("pass"), veth.right(), XdpMode.GENERIC)) {
      assertThat(Xdp.query(veth.right()).genericProgramId()).isEqualTo(link.info().programId());
      assertThatExceptionOfType(BpfException.class)
          .isThrownBy(() -> Xdp.attach(hooks.program("other"), veth.right(), XdpMode.GENERIC))
          .withMessageContaining("'other'")
          .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EBUSY"));
    }
  }

  @Test
  void pinnedLinksOutliveTheirDescriptors() {
    try (TempBpfFs bpffs = new TempBpfFs()) {
      Path pin = bpffs.path().resolve("link");
      try (Link link = Xdp.attach(hooks.program("pass"), veth.right(), XdpMode.NATIVE)) {
        link.pin(pin);
      }
      assertThat(Xdp.query(veth.right()).attached()).isTrue();
      try (Link opened = Link.openPinned(pin); Link byId = Link.openById(opened.info().id())) {
        assertThat(byId.info()).isEqualTo(opened.info());
        assertThat(opened.info().type()).isEqualTo(LinkInfo.TYPE_XDP);
        opened.update(hooks.program("other"));
        assertThat(opened.info().programId()).isEqualTo(hooks.program("other").info().id());
        opened.detach();
      }
      assertThat(Xdp.query(veth.right()).attached()).isFalse();
    }
  }

  @Test
  void netlinkAttachmentsStayUntilRemoved() {
    Xdp.attachByNetlink(hooks.program("pass"), veth.right(), XdpMode.NATIVE);
    assertThat(Xdp.query(veth.right()).nativeProgramId()).isEqualTo(hooks.program("pass").info().id());
    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> Xdp.attachByNetlink(hooks.program("other"), veth.right(), XdpMode.NATIVE))
        .withMessageContaining("EBUSY");
    Xdp.detachByNetlink(veth.right(), XdpMode.NATIVE);
    assertThat(Xdp.query(veth.right()).attached()).isFalse();
  }

  @Test
  void tcFiltersCountReplaceAndGo() {
    TcHook ingress = TcHook.of(veth.right(), TcHook.Direction.INGRESS);
    TcFilter filter = new TcFilter(1, 50);
    Program count = hooks.program("tc_count");
    assertThat(ingress.query(filter)).isEmpty();
    assertThat(ingress.detach(filter)).isFalse();
    assertThat(ingress.create()).isTrue();
    assertThat(ingress.create()).isFalse();
    assertThat(ingress.query(filter)).isEmpty();

    ingress.attach(count, filter, false);
    assertThat(ingress.query(filter)).contains(count.info().id());
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> ingress.attach(count, filter, false))
        .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EEXIST"));
    ingress.attach(count, filter, true);

    // A veth end hands redirected frames to the stack only while an XDP program runs on it.
    try (Link link = Xdp.attach(hooks.program("pass"), veth.right(), XdpMode.NATIVE)) {
      assertThat(link.info().ifindex()).isEqualTo(veth.right());
      sendLeftToRight();
      awaitAtLeast("packets_tc", FRAMES);
    }
    assertThat(ingress.detach(filter)).isTrue();
    assertThat(ingress.detach(filter)).isFalse();
    assertThat(ingress.destroyQdisc()).isTrue();
    assertThat(ingress.destroyQdisc()).isFalse();
  }

  @Test
  void egressFiltersAreApartFromIngress() {
    TcHook egress = TcHook.of(veth.left(), TcHook.Direction.EGRESS);
    TcFilter filter = new TcFilter(7, 1);
    egress.create();
    egress.attach(hooks.program("tc_count"), filter, false);
    assertThat(egress.query(filter)).isPresent();
    assertThat(TcHook.of(veth.left(), TcHook.Direction.INGRESS).query(filter)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new TcFilter(1, 65536)).withMessageContaining("65536");
    assertThatIllegalArgumentException().isThrownBy(() -> new TcFilter(0, 1));
  }

  @Test
  void rawTracepointsSeeRedirectErrors() {
    try (Link link = RawTracepoint.attach(hooks.program("on_redirect_error"), "xdp_redirect_err")) {
      assertThat(link.info().type()).isEqualTo(LinkInfo.TYPE_RAW_TRACEPOINT);
      hooks.program("redirect_nowhere")
          .testRun(TestRunOptions.packet(new byte[64]).withFlags(TestRunOptions.LIVE_FRAMES).withRepeat(10));
      awaitAtLeast("redirect_errors", 10);
    }
  }

  @Test
  void attachingNowhereNamesTheInterface() {
    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> Xdp.attach(hooks.program("pass"), 999_999, XdpMode.NATIVE))
        .withMessageContaining("ifindex 999999");
    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> TcHook.of(999_999, TcHook.Direction.INGRESS).create())
        .withMessageContaining("ifindex 999999");
  }
}
