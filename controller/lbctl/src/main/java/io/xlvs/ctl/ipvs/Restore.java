// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.xlvs.ctl.ApiError;
import io.xlvs.ctl.Console;
import io.xlvs.ctl.DirectorClient;
import io.xlvs.ctl.Failure;
import io.xlvs.ctl.LocalAddressWarning;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.ApplyResponse;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.GetTimeoutsRequest;
import io.xlvs.v1.ListLocalAddressesRequest;
import io.xlvs.v1.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.StringTokenizer;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code ipvsadm -R}: rules from standard input, one a line, as ONE transaction: all of them or, if one is wrong, none.
 * Empty lines and lines that begin with # are passed over.
 *
 * <p>A table may have a million servers. The request is therefore encoded line by line, in the very bytes that protobuf
 * would give it (a repeated field is a concatenation), and never exists as objects.
 */
final class Restore {
  private static final String NOTHING = "nothing was restored";
  private static final Pattern INDEX = Pattern.compile("operations\\[(\\d+)]");
  private static final MethodDescriptor<ByteString, ApplyResponse> APPLY = DirectorGrpc.getApplyMethod().toBuilder(
      new Encoded(), DirectorGrpc.getApplyMethod().getResponseMarshaller()).build();

  private final Names names;
  private final PrintStream err;
  private final PrintStream out;
  private final boolean dryRun;
  private byte[] input;
  /** Line number of each operation. */
  private int[] lines = new int[64];
  private Command[] commands = new Command[64];
  private int operations;
  private final Set<String> localAddresses = new HashSet<>();

  Restore(Console console, boolean dryRun) {
    this.names = console.names();
    this.err = console.err();
    this.out = console.out();
    this.dryRun = dryRun;
  }

  void run(InputStream in, DirectorClient client) {
    // First, since a large table takes seconds to read: is anybody there?
    client.director().getTimeouts(GetTimeoutsRequest.getDefaultInstance());
    ByteString request = encode(in);
    if (operations == 0) {
      return;
    }
    try {
      // The stub lends its channel and options, deadline included.
      ApplyResponse answer = ClientCalls.blockingUnaryCall(channel(client), APPLY, options(client), request);
      if (dryRun) {
        out.print(PlanListing.text(answer.getPlan()));
        return;
      }
    } catch (StatusRuntimeException failure) {
      if (ApiError.unreachable(failure, client.socket()) != null) {
        throw failure;
      }
      throw refusal(ApiError.of(failure));
    }
    if (!localAddresses.isEmpty()) {
      warn(client);
    }
  }

  /** Of the local addresses that were restored. */
  private void warn(DirectorClient client) {
    client.localAddresses().listLocalAddresses(ListLocalAddressesRequest.newBuilder().setParent("services/-").build())
        .getLocalAddressesList().stream()
        .filter(local -> localAddresses.remove(local.getAddress()))
        .forEach(local -> LocalAddressWarning.of(local).ifPresent(err::println));
  }

  private static Channel channel(DirectorClient client) {
    return client.director().getChannel();
  }

  private static CallOptions options(DirectorClient client) {
    return client.director().getCallOptions();
  }

  private ByteString encode(InputStream in) {
    ByteString.Output encoded = ByteString.newOutput(1 << 16);
    CodedOutputStream coder = CodedOutputStream.newInstance(encoded, 1 << 16);
    try {
      input = in.readAllBytes();
      int number = 0;
      for (int start = 0; start < input.length; ) {
        int end = start;
        while (end < input.length && input[end] != '\n') {
          end++;
        }
        line(new String(input, start, end - start, StandardCharsets.UTF_8).trim(), ++number, coder);
        start = end + 1;
      }
      coder.writeBool(ApplyRequest.VALIDATE_ONLY_FIELD_NUMBER, dryRun);
      coder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the rules from standard input", e);
    }
    return encoded.toByteString();
  }

  private void line(String text, int number, CodedOutputStream coder) throws IOException {
    if (text.isEmpty() || text.startsWith("#")) {
      return;
    }
    Rule rule;
    try {
      rule = RuleParser.parse(names, words(text));
      Operation operation = rule.command == null ? null : Operations.of(rule);
      if (operation == null) {
        throw new Failure(Failure.USAGE, "only rules can be restored: -A -E -D -a -e -d -C -P -Q --set --set-mark", "");
      }
      coder.writeMessage(ApplyRequest.OPERATIONS_FIELD_NUMBER, operation);
    } catch (Failure failure) {
      throw failure.at(where(number, text), NOTHING);
    }
    if (rule.command == Command.ADD_LOCAL_ADDRESS) {
      localAddresses.add(Addresses.text(rule.localAddress));
    }
    rule.warnings.forEach(warning -> err.println(warning + " (line " + number + ")"));
    if (operations == lines.length) {
      lines = Arrays.copyOf(lines, operations * 2);
      commands = Arrays.copyOf(commands, operations * 2);
    }
    lines[operations] = number;
    commands[operations++] = rule.command;
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>(8);
    for (StringTokenizer blanks = new StringTokenizer(text); blanks.hasMoreTokens(); ) {
      words.add(blanks.nextToken());
    }
    return words;
  }

  private Failure refusal(ApiError error) {
    int index = index(error);
    if (index < 0 || index >= operations) {
      return IpvsErrors.of(error, Command.RESTORE).at("-R", NOTHING);
    }
    // The first bad line is told in full, the others by number.
    List<ApiError.Field> first = error.fields().stream().filter(field -> index(field.name()) == index).toList();
    String others = error.fields().stream().mapToInt(field -> index(field.name()))
        .filter(other -> other < operations && other != index).distinct()
        .mapToObj(other -> other < 0 ? "more" : Integer.toString(lines[other])).collect(Collectors.joining(", "));
    return IpvsErrors.of(error.about(first), commands[index])
        .at(where(lines[index], text(lines[index])), (others.isEmpty() ? "" : "wrong as well: lines " + others + "; ") + NOTHING);
  }

  private static String where(int number, String text) {
    return "line " + number + " (" + text + ")";
  }

  /** Which operation the error's code is about, or -1: the one whose field says what the error says, else the first. */
  private static int index(ApiError error) {
    List<ApiError.Field> fields = error.fields();
    return fields.stream().filter(field -> error.description().startsWith(field.description())).findFirst()
        .or(() -> fields.stream().findFirst())
        .map(field -> index(field.name()))
        .orElseGet(() -> index(error.description()));
  }

  private static int index(String text) {
    Matcher matcher = INDEX.matcher(text);
    return matcher.find() && matcher.group(1).length() < 10 ? Integer.parseInt(matcher.group(1)) : -1;
  }

  private String text(int number) {
    return new String(input, StandardCharsets.UTF_8).lines().skip(number - 1L).findFirst().orElse("").trim();
  }

  /** Passes encoded bytes through. */
  private static final class Encoded implements MethodDescriptor.Marshaller<ByteString> {
    @Override
    public InputStream stream(ByteString value) {
      return value.newInput();
    }

    @Override
    public ByteString parse(InputStream stream) {
      try {
        return ByteString.readFrom(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
