// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Where the pipeline hangs; what a test-run wants and says there. */
enum Hook {
  /** struct xdp_md: data_end at 4, ingress_ifindex at 12. */
  XDP("xlvs_xdp", 24) {
    @Override
    void fill(ByteBuffer context, int frameLength, int ingress) {
      context.putInt(4, frameLength).putInt(12, ingress);
    }

    @Override
    Expectation.Verdict verdict(int code) {
      return switch (code) {
        case 1 -> Expectation.Verdict.DROP;
        case 2 -> Expectation.Verdict.PASS;
        case 3 -> Expectation.Verdict.TX;
        case 4 -> Expectation.Verdict.REDIRECT;
        default -> throw new AssertionError("XDP program returned " + code);
      };
    }

    @Override
    Expectation.Verdict towards(World.Hop hop, int ingress) {
      return hop.ifindex() == ingress ? Expectation.Verdict.TX : Expectation.Verdict.REDIRECT;
    }

    @Override
    Ether link(World.Hop hop) {
      return hop.header();
    }
  },

  /** struct __sk_buff, with room to grow: ifindex at 40. Tags are the devices' business here, coming and going. */
  TC("xlvs_ingress", 256) {
    @Override
    void fill(ByteBuffer context, int frameLength, int ingress) {
      context.putInt(40, ingress);
    }

    @Override
    Expectation.Verdict verdict(int code) {
      return switch (code) {
        case 0 -> Expectation.Verdict.PASS;
        case 2 -> Expectation.Verdict.DROP;
        case 7 -> Expectation.Verdict.REDIRECT;
        default -> throw new AssertionError("tc program returned " + code);
      };
    }

    @Override
    Expectation.Verdict towards(World.Hop hop, int ingress) {
      return Expectation.Verdict.REDIRECT;
    }

    @Override
    Ether link(World.Hop hop) {
      return new Ether(hop.destinationMac(), hop.sourceMac());
    }
  };

  final String program;
  private final int contextBytes;

  Hook(String program, int contextBytes) {
    this.program = program;
    this.contextBytes = contextBytes;
  }

  byte[] context(int frameLength, int ingress) {
    byte[] context = new byte[contextBytes];
    fill(ByteBuffer.wrap(context).order(ByteOrder.nativeOrder()), frameLength, ingress);
    return context;
  }

  abstract void fill(ByteBuffer context, int frameLength, int ingress);

  abstract Expectation.Verdict verdict(int code);

  /** Whether the kernel's test-run takes the frame: to tc it gives none whose type is IP but whose IP header is cut. */
  boolean runs(byte[] frame) {
    int type = Bytes.u16(frame, 12);
    int least = type == Protocol.ETHERTYPE_IPV4 ? 20 : type == Protocol.ETHERTYPE_IPV6 ? 40 : 0;
    return this == XDP || frame.length >= 14 + least;
  }

  /** How a packet leaves by a hop. */
  abstract Expectation.Verdict towards(World.Hop hop, int ingress);

  /** How the data plane's own answer leaves. */
  Expectation.Verdict answer() {
    return this == XDP ? Expectation.Verdict.TX : Expectation.Verdict.REDIRECT;
  }

  abstract Ether link(World.Hop hop);
}
