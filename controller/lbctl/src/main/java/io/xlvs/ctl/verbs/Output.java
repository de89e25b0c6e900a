// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.xlvs.ctl.Console;
import java.util.function.Supplier;

/**
 * Prints data in the format asked for. JSON is protobuf's own mapping, in the order of the field numbers and with every
 * field that can tell nothing from absent spelled out; YAML is the same tree.
 */
final class Output {
  /** Formats of -o. */
  enum Format {
    TABLE,
    JSON,
    YAML
  }

  private static final JsonFormat.Printer JSON = JsonFormat.printer().alwaysPrintFieldsWithNoPresence();

  private final Console console;
  private final Format format;

  Output(Console console, Format format) {
    this.console = console;
    this.format = format;
  }

  boolean isTable() {
    return format == Format.TABLE;
  }

  /** A message, or for people the table made of it. */
  void print(MessageOrBuilder message, Supplier<String> table) {
    if (isTable()) {
      console.out().print(table.get());
    } else {
      onlyData(message);
    }
  }

  /** A message in a format for machines; nothing for people. */
  void onlyData(MessageOrBuilder message) {
    switch (format) {
      case JSON -> console.out().print(json(message) + "\n");
      case YAML -> console.out().print(yaml(json(message)));
      default -> { }
    }
  }

  /** One message of a stream: a JSON object on a line of its own, or a YAML document. */
  void streamed(MessageOrBuilder message) {
    if (format == Format.JSON) {
      try {
        console.out().print(JSON.omittingInsignificantWhitespace().print(message) + "\n");
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("message without JSON form", e);
      }
    } else {
      console.out().print("---\n");
      onlyData(message);
    }
  }

  private static String json(MessageOrBuilder message) {
    try {
      return JSON.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("message without JSON form", e);
    }
  }

  private static String yaml(String json) {
    YAMLMapper yaml = YAMLMapper.builder()
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
        .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
        .build();
    try {
      return yaml.writeValueAsString(new ObjectMapper().readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("JSON that cannot be read back", e);
    }
  }
}
