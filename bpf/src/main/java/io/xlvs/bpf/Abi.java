// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.util.List;
import java.util.Map;

/** The list of everything that {@code xlvs_abi.h} and the headers beside it define: what {@link AbiCheck} compares. */
public final class Abi {
  /** {@code XLVS_ABI_VERSION}: changes with any layout or meaning, so pinned maps of another version are refused. */
  public static final int VERSION = 5;

  /** {@code XLVS_LINE}: bytes of a cache line, and of every table entry read per packet. */
  public static final int LINE_BYTES = 64;

  /** {@code XLVS_STATES}: how many connection states have a timeout. */
  public static final int STATES = 32;

  /** {@code XLVS_FTP_PORTS}: how many ports FTP's control connections may have. */
  public static final int FTP_PORTS = 8;

  /** {@code XLVS_FILTER_WORDS}: 64-bit words of each of control's address filters. */
  public static final int FILTER_WORDS = 1024;

  /** {@code XLVS_CLIENT_HOPS}: next hops below are the data plane's own. */
  public static final int CLIENT_HOPS = 65536;

  /** {@code XLVS_EPOCHS}: words that guard copies of decisions. */
  public static final int EPOCHS = 65536;

  /** {@code XLVS_FRESH_PERIODS}: for so many periods the flow cache may forward packets without the slow way. */
  public static final int FRESH_PERIODS = 64;

  /** {@code XLVS_DELETIONS}: entries that xlvs_delete takes at once. */
  public static final int DELETIONS = 1024;

  /** The header's object-like macros that are numbers, guards aside. */
  public static final Map<String, Long> MACROS =
      Map.ofEntries(
          Map.entry("XLVS_ABI_VERSION", (long) VERSION),
          Map.entry("XLVS_LINE", (long) LINE_BYTES),
          Map.entry("XLVS_BUCKET_WAYS", (long) Bucket.WAYS),
          Map.entry("XLVS_FILTER_WORDS", (long) FILTER_WORDS),
          Map.entry("XLVS_FTP_PORTS", (long) FTP_PORTS),
          Map.entry("XLVS_CLIENT_HOPS", (long) CLIENT_HOPS),
          Map.entry("XLVS_EPOCHS", (long) EPOCHS),
          Map.entry("XLVS_FRESH_PERIODS", (long) FRESH_PERIODS),
          Map.entry("XLVS_DELETIONS", (long) DELETIONS),
          Map.entry("XLVS_CALL_TEMPLATE", (long) CallId.TEMPLATE_PORT),
          Map.entry("XLVS_CALL_ID_BYTES", (long) CallId.TEXT_BYTES),
          Map.entry("XLVS_PLACE_SHIFT", (long) Place.SHIFT),
          Map.entry("XLVS_PLACE_HELD", (long) Place.HELD),
          Map.entry("XLVS_RECORD_SERVER", Integer.toUnsignedLong(RingRecord.SERVER_MASK)),
          Map.entry("XLVS_RECORD_TURN", Integer.toUnsignedLong(RingRecord.TURN)),
          Map.entry("XLVS_RECORD_OVER", Integer.toUnsignedLong(RingRecord.OVER)),
          Map.entry("XLVS_RECORD_HALF", Integer.toUnsignedLong(RingRecord.HALF)),
          Map.entry("XLVS_RING_EMPTY", Integer.toUnsignedLong(RingLine.EMPTY)));

  /** Every struct. */
  public static final List<StructLayout> STRUCTS =
      List.of(
          Tuple.LAYOUT, Endpoint.LAYOUT, Bucket.LAYOUT, Region.LAYOUT, Service.LAYOUT, Server.LAYOUT, NextHop.LAYOUT,
          HopKey.LAYOUT, Device.LAYOUT, Conn.LAYOUT, FragmentKey.LAYOUT, Fragment.LAYOUT, Template.LAYOUT, CallId.LAYOUT,
          Stats.LAYOUT,
          Load.LAYOUT, ServiceState.LAYOUT, LocalAddress.LAYOUT, RingLine.LAYOUT, Control.LAYOUT, Sweep.LAYOUT, Clock.LAYOUT,
          Deletion.LAYOUT, Delete.LAYOUT, Place.LAYOUT, RingRecordKey.LAYOUT, RingRecord.LAYOUT, RingSweep.LAYOUT, Settings.LAYOUT);

  /**
   * One C enum.
   *
   * @param cName its tag
   * @param prefix what the C names have before the Java names
   * @param constants the Java side
   * @param bounds C constants that count the others, which Java has elsewhere
   */
  public record EnumMirror(String cName, String prefix, List<AbiConstant> constants, Map<String, Integer> bounds) {
    private static EnumMirror of(String cName, String prefix, AbiConstant... constants) {
      return new EnumMirror(cName, prefix, List.of(constants), Map.of());
    }
  }

  /** Every enum. */
  public static final List<EnumMirror> ENUMS =
      List.of(
          EnumMirror.of("xlvs_family", "XLVS_", Family.values()),
          EnumMirror.of("xlvs_method", "XLVS_", Method.values()),
          EnumMirror.of("xlvs_tunnel", "XLVS_TUNNEL_", Tunnel.values()),
          EnumMirror.of("xlvs_tunnel_flag", "XLVS_TUNNEL_", TunnelFlag.values()),
          new EnumMirror("xlvs_state", "XLVS_STATE_", List.of(State.values()), Map.of("XLVS_STATES", STATES)),
          EnumMirror.of("xlvs_endpoint_kind", "XLVS_ENDPOINT_", EndpointKind.values()),
          EnumMirror.of("xlvs_pick", "XLVS_PICK_", Pick.values()),
          EnumMirror.of("xlvs_service_flag", "XLVS_SERVICE_", ServiceFlag.values()),
          EnumMirror.of("xlvs_server_flag", "XLVS_SERVER_", ServerFlag.values()),
          EnumMirror.of("xlvs_next_hop_flag", "XLVS_NEXT_HOP_", NextHopFlag.values()),
          EnumMirror.of("xlvs_conn_flag", "XLVS_CONN_", ConnFlag.values()),
          EnumMirror.of("xlvs_sysctl", "XLVS_SYSCTL_", SysctlFlag.values()),
          EnumMirror.of("xlvs_place_state", "XLVS_PLACE_", PlaceState.values()),
          EnumMirror.of("xlvs_deletion_table", "XLVS_IN_", DeletionTable.values()),
          EnumMirror.of("xlvs_deletion_outcome", "XLVS_OUTCOME_", DeletionOutcome.values()),
          new EnumMirror("xlvs_reason", "XLVS_REASON_", List.of(Reason.values()), Map.of("XLVS_REASONS", Reason.STRIDE)));

  private Abi() {}
}
