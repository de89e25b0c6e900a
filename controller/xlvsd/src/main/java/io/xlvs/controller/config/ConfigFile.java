// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.xlvs.controller.file.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Reads the YAML file. */
public final class ConfigFile {
  private ConfigFile() {}

  /**
   * Reads it; an empty file gives nothing.
   *
   * @throws ConfigException naming the file, the line, the key, and what would be right
   */
  public static DaemonConfig read(Path file) throws ConfigException {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException("configuration file " + file + " cannot be read: " + FileFailure.reason(e, file), e);
    }
    return parse(text, file.toString());
  }

  static DaemonConfig parse(String text, String name) throws ConfigException {
    YAMLMapper mapper = YAMLMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .build();
    try {
      if (mapper.readTree(text).isEmpty()) {
        return DaemonConfig.NONE;
      }
      return mapper.readValue(text, DaemonConfig.class);
    } catch (UnrecognizedPropertyException e) {
      String known = e.getKnownPropertyIds().stream().map(Object::toString).collect(Collectors.toCollection(TreeSet::new)).toString();
      throw new ConfigException(where(name, text, e) + "key \"" + path(e) + "\" is not known: known here are " + known, e);
    } catch (MismatchedInputException e) {
      throw new ConfigException(where(name, text, e) + "key \"" + path(e) + "\" has a value of the wrong kind: " + wanted(e) + " would be right", e);
    } catch (JsonProcessingException e) {
      String why = e.getOriginalMessage().lines().takeWhile(line -> !line.startsWith(" in ")).collect(Collectors.joining(", "));
      throw new ConfigException(where(name, line(e)) + "not YAML: " + why, e);
    }
  }

  private static String wanted(MismatchedInputException e) {
    Class<?> type = e.getTargetType();
    return type == null ? "another" : Number.class.isAssignableFrom(type) ? "a number" : type == String.class ? "a text"
        : Iterable.class.isAssignableFrom(type) ? "a list" : "a section of keys";
  }

  /** Jackson's own location is where it noticed: for an unknown key the end of the section. */
  private static String where(String name, String text, JsonMappingException e) {
    String wanted = e.getPath().stream().map(ConfigFile::element).collect(Collectors.joining("/", "/", ""));
    try (JsonParser parser = new YAMLFactory().createParser(text)) {
      while (parser.nextToken() != null) {
        if (parser.getParsingContext().pathAsPointer().toString().equals(wanted)) {
          return where(name, parser.currentTokenLocation().getLineNr());
        }
      }
    } catch (IOException unreadable) {
      e.addSuppressed(unreadable);
    }
    return where(name, line(e));
  }

  /** The place of the problem where the YAML reader tells it, else the place that was being read; 0: unknown. */
  private static int line(JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      return marked.getProblemMark().getLine() + 1;
    }
    return e.getLocation() == null ? 0 : e.getLocation().getLineNr();
  }

  private static String where(String name, int line) {
    return "configuration file " + name + (line == 0 ? ": " : " line " + line + ": ");
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream().map(ConfigFile::element).collect(Collectors.joining("."));
  }

  private static String element(JsonMappingException.Reference reference) {
    return reference.getFieldName() != null ? reference.getFieldName() : Integer.toString(reference.getIndex());
  }
}
