// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Link;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.net.NetDevices;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interfaces that packets are taken from, by the names they were given with. One that goes and comes again, as another device or
 * without our programs, is attached again; one that was renamed keeps them.
 */
final class AttachedInterfaces {
  private static final Logger LOG = LoggerFactory.getLogger(AttachedInterfaces.class);

  /** In place of a mode. */
  static final String NOT_ATTACHED = "none";

  private final Attachments attachments;
  private final XlvsObjects objects;
  private final AttachMode mode;
  private final Map<String, DataPlaneStatus.Interface> attached = new LinkedHashMap<>();

  /** What those are called now that were given under another name. */
  private final Map<String, String> renamed = new HashMap<>();

  private AttachedInterfaces(Attachments attachments, XlvsObjects objects, AttachMode mode) {
    this.attachments = attachments;
    this.objects = objects;
    this.mode = mode;
  }

  /** Attaches to the options' interfaces, all or none that were not attached before, and detaches from all others. */
  static AttachedInterfaces start(
      Attachments attachments, XlvsObjects objects, DataPlaneOptions options, Map<Integer, Link> links) throws DataPlaneException {
    AttachedInterfaces interfaces = new AttachedInterfaces(attachments, objects, options.attachMode());
    Map<Integer, String> wanted = new LinkedHashMap<>();
    for (String name : options.interfaces()) {
      Link link = links.get(NetDevices.find(name).orElse(0));
      if (link == null) {
        throw new DataPlaneException("interface " + name + " does not exist: an existing one would be right (ip link)");
      }
      String other = wanted.putIfAbsent(link.index(), name);
      if (other != null) {
        throw new DataPlaneException("interface " + name + " is given twice, also as " + other + ": once would be right");
      }
      attachments.check(link, name, options.attachMode());
    }
    Set<Integer> before = attachments.held(links.values());
    try {
      for (Map.Entry<Integer, String> entry : wanted.entrySet()) {
        interfaces.attach(entry.getValue(), links.get(entry.getKey()));
      }
    } catch (DataPlaneException e) {
      attachments.detachOthers(before, links.values());
      throw e;
    }
    attachments.detachOthers(wanted.keySet(), links.values());
    attachments.forgetEarlier(objects);
    return interfaces;
  }

  private void attach(String name, Link link) throws DataPlaneException {
    DataPlaneStatus.Interface as = attachments.attach(objects, link, name, mode);
    attached.put(name, as);
    (as.note().isEmpty() || mode == AttachMode.AUTO ? LOG.atInfo() : LOG.atWarn())
        .addKeyValue("interface", name)
        .addKeyValue("mode", as.attachMode())
        .addKeyValue("note", as.note())
        .log("attached");
  }

  List<DataPlaneStatus.Interface> status() {
    return attached.values().stream().map(this::status).toList();
  }

  private DataPlaneStatus.Interface status(DataPlaneStatus.Interface as) {
    String now = renamed.get(as.name());
    return now == null ? as : new DataPlaneStatus.Interface(
        as.name(), as.index(), as.attachMode(), "is called " + now + " now: give that name at the next start");
  }

  /** Interfaces have changed. */
  void follow(Map<Integer, Link> links) {
    for (DataPlaneStatus.Interface before : List.copyOf(attached.values())) {
      try {
        follow(before, links);
      } catch (DataPlaneException | BpfException e) {
        // It may have gone again meanwhile: the event that says so follows.
        miss(before, e.getMessage());
      }
    }
    Set<Integer> all = attached.values().stream().map(DataPlaneStatus.Interface::index).collect(Collectors.toSet());
    attachments.detachOthers(all, links.values());
  }

  private void follow(DataPlaneStatus.Interface before, Map<Integer, Link> links) throws DataPlaneException {
    Link named = links.get(NetDevices.find(before.name()).orElse(0));
    Link known = links.get(before.index());
    boolean attachedStill = known != null && attachments.isAttached(objects, before);
    if (named == null && attachedStill) {
      if (!known.name().equals(renamed.put(before.name(), known.name()))) {
        LOG.warn("interface {} is called {} now and stays attached", before.name(), known.name());
      }
      return;
    }
    renamed.remove(before.name());
    if (named == null) {
      miss(before, "the interface does not exist: it is attached again when it returns");
    } else if (named.index() != before.index() || !attachedStill) {
      attachments.check(named, before.name(), mode);
      attach(before.name(), named);
    }
  }

  private void miss(DataPlaneStatus.Interface before, String why) {
    if (!before.note().equals(why)) {
      attached.put(before.name(), new DataPlaneStatus.Interface(before.name(), 0, NOT_ATTACHED, why));
      LOG.warn("interface {} is not attached any more: {}", before.name(), why);
    }
  }
}
