// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.AddressFilter;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Pick;
import io.xlvs.bpf.Region;
import io.xlvs.bpf.Service;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.ServiceState;
import io.xlvs.bpf.State;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** Virtual services in the maps services, service_state and control. */
final class ServiceRecords {
  private static final int RING = Service.LAYOUT.offset("ring");
  private static final int LOCALS = Service.LAYOUT.offset("local_addresses");
  private static final int FIRST_AFTER_REGIONS = Service.LAYOUT.offset("vip");
  private static final int FLAGS = Service.LAYOUT.offset("flags");
  private static final int PICK = Service.LAYOUT.offset("pick");
  private static final int GENERATION = Service.LAYOUT.offset("generation");

  private final MappedArray services;
  private final MappedArray state;
  private final MappedArray control;
  private final IdPool ids;
  private final int jiffiesPerSecond;

  private final FtpPorts ftpPorts;

  ServiceRecords(XlvsObjects objects, FtpPorts ftpPorts) {
    this.ftpPorts = ftpPorts;
    this.services = objects.services();
    this.state = objects.serviceState();
    this.control = objects.control();
    this.ids = new IdPool(objects.settings().services());
    this.jiffiesPerSecond = objects.settings().jiffiesPerSecond();
    putFtpPorts();
  }

  private void putFtpPorts() {
    int bytes = Short.BYTES * FtpPorts.MOST;
    ByteBuffer list = Words.buffer(bytes);
    for (int i = 0; i < ftpPorts.ports().size(); i++) {
      int port = ftpPorts.ports().get(i);
      list.put(Short.BYTES * i, (byte) (port >> Byte.SIZE)).put(Short.BYTES * i + 1, (byte) port);
    }
    Words.write(control, Control.FTP_PORTS, list, 0, bytes);
  }

  int used() {
    return ids.used();
  }

  int capacity() {
    return ids.capacity();
  }

  int free() {
    return ids.capacity() - ids.used();
  }

  /** The record in the map; null for an index that no service uses. */
  Service record(int index) {
    if (services.getInt(offset(index) + PICK) == 0) {
      return null;
    }
    return Service.read(Words.read(services, offset(index), Service.LAYOUT.size()), 0);
  }

  AppliedService takeOver(int index, Service record) {
    ids.reserve(index);
    AppliedService service = new AppliedService(index, record.generation(), key(record), ftpPorts.areOf(key(record)));
    service.ring = record.ring();
    service.locals = record.localAddresses();
    return service;
  }

  /** A mark's service has no protocol, and the mark for a VIP. */
  private static ServiceKey key(Service record) {
    if (record.protocol() == 0) {
      AddressFamily family = record.family() == Family.IPV4 ? AddressFamily.IPV4 : AddressFamily.IPV6;
      return new ServiceKey.FirewallMark(family, Convert.address(record.vip(), Family.IPV4).lowBits());
    }
    return new ServiceKey.Endpoint(
        Convert.protocol(record.protocol()), Convert.address(record.vip(), record.family()), record.port());
  }

  /** A new service; the capacity has been checked. */
  AppliedService create(ServiceKey key) {
    int index = ids.allocate();
    if (index < 0) {
      throw new IllegalStateException("no free index for service " + key + ": the capacity was not checked");
    }
    putCounter(index, 0);
    return new AppliedService(index, services.getInt(offset(index) + GENERATION), key, ftpPorts.areOf(key));
  }

  /**
   * Writes a service. A reader may meet the new pick with the ring before: it then takes a server of the service by another's rule,
   * never one of another service.
   */
  void write(AppliedService applied, VirtualService service, Pick pick, Region ring, Region locals) {
    long at = offset(applied.index);
    if (services.getInt(at + PICK) != pick.value() || services.getInt(at + FLAGS) == 0) {
      applied.generation++;
    }
    Optional<ServiceKey.Endpoint> endpoint =
        applied.key instanceof ServiceKey.Endpoint key ? Optional.of(key) : Optional.empty();
    Service record =
        new Service(
            ring,
            locals,
            Convert.vip(applied.key),
            endpoint.map(ServiceKey.Endpoint::port).orElse(0),
            endpoint.map(key -> key.protocol().number()).orElse(0),
            Convert.family(applied.key.family()),
            Convert.flags(service) | (ftpPorts.mayReach(applied.key) ? ServiceFlag.FTP.value() : 0),
            pick,
            applied.generation,
            service.persistenceTimeoutSeconds(),
            Convert.persistenceMask(service),
            jiffies(service.timeouts().tcpSeconds()),
            jiffies(service.timeouts().tcpFinSeconds()),
            jiffies(service.timeouts().udpSeconds()));
    if (service.isRingFirst()) {
      AddressFilter.admitRingFirst(TableMemory.of(control), Convert.vip(applied.key));
    }
    if (((record.flags() | services.getInt(at + FLAGS)) & ServiceFlag.RING_FIRST.value()) != 0
        && services.getLong(at + RING) != ring.word()) {
      services.putLongRelease(at + RING, Region.NONE.word()); // no ring is read by the rule of the other
    }
    ByteBuffer bytes = Words.buffer(Service.LAYOUT.size());
    Service.write(record, bytes, 0);
    Words.write(services, at, bytes, LOCALS, LOCALS + Long.BYTES);
    Words.write(services, at, bytes, FIRST_AFTER_REGIONS, Service.LAYOUT.size());
    Words.write(services, at, bytes, RING, RING + Long.BYTES);
  }

  /** A removed service takes no new connections; its record stays while its servers' slots linger. */
  void remove(AppliedService applied) {
    long at = offset(applied.index);
    services.putLongRelease(at + RING, Region.NONE.word());
    services.putIntRelease(at + FLAGS, 0);
  }

  /** Frees the index of a removed service that has no slots any more. */
  void free(AppliedService applied) {
    ByteBuffer bytes = Words.buffer(Service.LAYOUT.size());
    bytes.putInt(GENERATION, applied.generation + 1);
    Words.write(services, offset(applied.index), bytes, 0, Service.LAYOUT.size());
    ids.release(applied.index);
  }

  /** How many picks the service's counter has counted. */
  long counter(int index) {
    return state.getLongVolatile((long) index * ServiceState.LAYOUT.size());
  }

  void putCounter(int index, long value) {
    state.putLongRelease((long) index * ServiceState.LAYOUT.size(), value);
  }

  /** How many packets of the service belonged to flows that could not be recorded. */
  long unrecorded(int index) {
    return state.getLongVolatile((long) index * ServiceState.LAYOUT.size() + ServiceState.UNRECORDED);
  }

  /** How many services on every port readers are told of. */
  void putAnyPort(int count) {
    putControl(Control.ANY_PORT, count);
  }

  int anyPort() {
    return control.getInt(Control.ANY_PORT);
  }

  void putTimeouts(Timeouts timeouts) {
    for (Map.Entry<State, Integer> one : Convert.timeoutSeconds(timeouts).entrySet()) {
      putControl(Control.timeout(one.getKey()), jiffies(one.getValue()));
    }
  }

  void putSysctls(Sysctls sysctls) {
    putControl(Control.SYSCTLS, Convert.sysctlFlags(sysctls));
    putControl(Control.LBLC_EXPIRATION, jiffies(sysctls.number(Sysctl.LBLC_EXPIRATION)));
    putControl(Control.LBLCR_EXPIRATION, jiffies(sysctls.number(Sysctl.LBLCR_EXPIRATION)));
  }

  private int jiffies(int seconds) {
    return (int) Math.min(Integer.MAX_VALUE, (long) seconds * jiffiesPerSecond);
  }

  private void putControl(int at, int value) {
    if (control.getInt(at) != value) {
      control.putIntRelease(at, value);
    }
  }

  private static long offset(int index) {
    return (long) index * Service.LAYOUT.size();
  }
}
