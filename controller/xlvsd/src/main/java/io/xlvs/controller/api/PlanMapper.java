// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.xlvs.controller.schedule.SlotMovement;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.v1.Difference;
import io.xlvs.v1.Element;
import io.xlvs.v1.Plan;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What lies between two configurations, element by element. */
final class PlanMapper {
  /** Keeps the answer within what a client takes. */
  static final int MOST = 10000;

  private final Plan.Builder plan = Plan.newBuilder();

  private PlanMapper() {}

  /** What becomes of {@code before} when {@code after} takes its place. */
  static Plan between(Configuration before, Configuration after) {
    return new PlanMapper().compare(before, after);
  }

  private Plan compare(Configuration before, Configuration after) {
    Set<ServiceKey> keys = new LinkedHashSet<>(before.services().keySet());
    keys.addAll(after.services().keySet());
    for (ServiceKey key : keys) {
      compare(key, before.services().get(key), after.services().get(key));
    }
    compareAll(before.markRules(), after.markRules(), ResourceNames::of, PlanMapper::element);
    add("timeouts", element(before.timeouts()), element(after.timeouts()));
    for (Sysctl sysctl : Sysctl.values()) {
      add("sysctls/" + sysctl.text(), element(sysctl, before), element(sysctl, after));
    }
    return plan.build();
  }

  private void compare(ServiceKey key, VirtualService before, VirtualService after) {
    if (before == after) {
      return;
    }
    long differences = differences();
    add(ResourceNames.of(key), element(before), element(after));
    compareAll(locals(before), locals(after), address -> ResourceNames.of(key, address),
        address -> Element.newBuilder().setLocalAddress(ModelMapper.localAddress(key, address, false)).build());
    compareAll(servers(before), servers(after), server -> ResourceNames.of(key, server),
        server -> Element.newBuilder().setRealServer(ModelMapper.server(key, server).toBuilder().clearEtag()).build());
    boolean changed = differences() > differences;
    if (before != null && after != null && plan.getSlotMovementsCount() < MOST) {
      // One that is made anew as it was is no change, unless the order of its servers moves clients.
      SlotMovement.between(before, after).filter(movement -> changed || movement.moved() > 0)
          .ifPresent(movement -> plan.addSlotMovements(io.xlvs.v1.SlotMovement.newBuilder()
              .setService(ResourceNames.of(key)).setSlots(movement.slots()).setMovedSlots(movement.moved())
              .setLeastSlots(movement.least()).setRefusedSlots(movement.refused())));
    }
  }

  private <K, V> void compareAll(Map<K, V> before, Map<K, V> after, Function<K, String> name, Function<V, Element> element) {
    Set<K> keys = new LinkedHashSet<>(before.keySet());
    keys.addAll(after.keySet());
    for (K key : keys) {
      V old = before.get(key);
      V now = after.get(key);
      if (old != now) {
        add(name.apply(key), old == null ? null : element.apply(old), now == null ? null : element.apply(now));
      }
    }
  }

  private void add(String name, Element before, Element after) {
    if (before != null && before.equals(after)) {
      return;
    }
    if (plan.getDifferencesCount() == MOST) {
      plan.setOmitted(plan.getOmitted() + 1);
      return;
    }
    Difference.Builder difference = plan.addDifferencesBuilder().setName(name);
    if (before != null) {
      difference.setBefore(before);
    }
    if (after != null) {
      difference.setAfter(after);
    }
  }

  private long differences() {
    return plan.getDifferencesCount() + plan.getOmitted();
  }

  private static Map<RealServerKey, RealServer> servers(VirtualService service) {
    return service == null ? Map.of() : byKey(service.servers(), RealServer::key);
  }

  private static Map<IpAddress, IpAddress> locals(VirtualService service) {
    return service == null ? Map.of() : byKey(service.localAddresses(), address -> address);
  }

  private static <K, V> Map<K, V> byKey(Iterable<V> elements, Function<V, K> key) {
    Map<K, V> map = new LinkedHashMap<>();
    elements.forEach(element -> map.put(key.apply(element), element));
    return map;
  }

  private static Element element(VirtualService service) {
    return service == null ? null
        : Element.newBuilder().setVirtualService(ModelMapper.header(service).clearLocalAddresses().clearEtag()).build();
  }

  private static Element element(MarkRule rule) {
    return Element.newBuilder().setMarkRule(ModelMapper.markRule(rule).toBuilder().clearEtag()).build();
  }

  private static Element element(Sysctl sysctl, Configuration of) {
    return Element.newBuilder().setSysctl(ModelMapper.sysctl(sysctl, of.sysctls().get(sysctl))).build();
  }

  private static Element element(io.xlvs.controller.service.Timeouts timeouts) {
    return Element.newBuilder().setTimeouts(ModelMapper.timeouts(timeouts)).build();
  }
}
