// SPDX-License-Identifier: Apache-2.0
package io.xlvs.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What has once been published stays: baseline.txt has a line for every field, enum value and method of xlvs.v1. A field or value may only go
 * if its number is reserved in the .proto file; then its line goes too. Anything else belongs into xlvs.v2.
 */
class WireCompatibilityTest {
  private static final List<FileDescriptor> FILES = List.of(
      Protocol.getDescriptor().getFile(), VirtualService.getDescriptor().getFile(), Connection.getDescriptor().getFile(),
      ApplyRequest.getDescriptor().getFile(), MarkRule.getDescriptor().getFile(), Sysctl.getDescriptor().getFile());

  @Test
  void nothingPublishedWasChangedOrTakenAway() throws IOException {
    Set<String> gone = new TreeSet<>(baseline());
    gone.removeAll(present());
    gone.removeIf(WireCompatibilityTest::isReserved);
    assertThat(gone).as("published lines that the .proto files no longer have").isEmpty();
  }

  @Test
  void whatIsNewIsInTheBaselineFromNowOn() throws IOException {
    Set<String> added = new TreeSet<>(present());
    added.removeAll(baseline());
    assertThat(added).as("lines to add to baseline.txt").isEmpty();
  }

  @Test
  void everyFileOfThePackageIsCovered() throws IOException {
    assertThat(FILES).extracting(FileDescriptor::getName).containsExactlyInAnyOrder(
        "xlvs/v1/common.proto", "xlvs/v1/service.proto", "xlvs/v1/connection.proto", "xlvs/v1/director.proto",
        "xlvs/v1/mark.proto", "xlvs/v1/sysctl.proto");
    assertThat(baseline()).hasSizeGreaterThan(150);
  }

  private static Set<String> baseline() throws IOException {
    try (InputStream in = WireCompatibilityTest.class.getResourceAsStream("baseline.txt")) {
      Set<String> lines = new TreeSet<>();
      new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#")).forEach(lines::add);
      return lines;
    }
  }

  private static Set<String> present() {
    Set<String> lines = new TreeSet<>();
    for (FileDescriptor file : FILES) {
      file.getMessageTypes().forEach(message -> addMessage(lines, message));
      file.getEnumTypes().forEach(type -> addEnum(lines, type));
      file.getServices().forEach(service -> addService(lines, service));
    }
    return lines;
  }

  private static void addMessage(Set<String> lines, Descriptor message) {
    for (FieldDescriptor field : message.getFields()) {
      String type = switch (field.getJavaType()) {
        case MESSAGE -> field.getMessageType().getFullName();
        case ENUM -> field.getEnumType().getFullName();
        default -> field.getType().name().toLowerCase(Locale.ROOT);
      };
      String label = field.isRepeated() ? "repeated" : field.hasPresence() ? "optional" : "singular";
      String oneof = field.getRealContainingOneof() == null ? "" : " oneof " + field.getRealContainingOneof().getName();
      lines.add("field " + message.getFullName() + " " + field.getNumber() + " " + field.getName() + " " + label + " " + type + oneof);
    }
    message.getNestedTypes().forEach(nested -> addMessage(lines, nested));
    message.getEnumTypes().forEach(nested -> addEnum(lines, nested));
  }

  private static void addEnum(Set<String> lines, EnumDescriptor type) {
    for (EnumValueDescriptor value : type.getValues()) {
      lines.add("value " + type.getFullName() + " " + value.getNumber() + " " + value.getName());
    }
  }

  private static void addService(Set<String> lines, ServiceDescriptor service) {
    for (MethodDescriptor method : service.getMethods()) {
      lines.add("method " + service.getFullName() + "." + method.getName() + " " + stream(method.isClientStreaming())
          + method.getInputType().getFullName() + " " + stream(method.isServerStreaming()) + method.getOutputType().getFullName());
    }
  }

  private static String stream(boolean streaming) {
    return streaming ? "stream:" : "";
  }

  private static boolean isReserved(String line) {
    String[] words = line.split(" ");
    if (!words[0].equals("field")) {
      return false;
    }
    for (FileDescriptor file : FILES) {
      Descriptor message = file.findMessageTypeByName(words[1].substring("xlvs.v1.".length()));
      if (message != null) {
        return message.isReservedNumber(Integer.parseInt(words[2]));
      }
    }
    return false;
  }
}
