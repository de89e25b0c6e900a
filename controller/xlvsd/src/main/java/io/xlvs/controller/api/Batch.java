// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/** An ApplyRequest whose operations stay bytes until each is asked for: a million of them as messages would take five times as much memory. */
final class Batch extends AbstractList<Operation> implements RandomAccess {
  private static final int OPERATIONS = tag(ApplyRequest.OPERATIONS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
  private static final int VALIDATE_ONLY = tag(ApplyRequest.VALIDATE_ONLY_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT);
  private static final int EXPECTED_REVISION = tag(ApplyRequest.EXPECTED_REVISION_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT);

  private final byte[] bytes;
  /** Where each operation begins, and how long it is. */
  private int[] places = new int[2];
  private int count;
  private boolean validateOnly;
  private long expectedRevision;

  private Batch(byte[] bytes) throws IOException {
    this.bytes = bytes;
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == OPERATIONS) {
        int length = in.readRawVarint32();
        add(in.getTotalBytesRead(), length);
        in.skipRawBytes(length);
      } else if (tag == VALIDATE_ONLY) {
        validateOnly = in.readBool();
      } else if (tag == EXPECTED_REVISION) {
        expectedRevision = in.readUInt64();
      } else if (!in.skipField(tag)) {
        throw new InvalidProtocolBufferException("a group ends that has not begun");
      }
    }
  }

  private static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  private void add(int at, int length) {
    if (places.length < 2 * count + 2) {
      places = Arrays.copyOf(places, places.length * 2);
    }
    places[2 * count] = at;
    places[2 * count + 1] = length;
    count++;
  }

  boolean validateOnly() {
    return validateOnly;
  }

  long expectedRevision() {
    return expectedRevision;
  }

  @Override
  public int size() {
    return count;
  }

  @Override
  public Operation get(int index) {
    try {
      return Operation.parser().parseFrom(bytes, places[2 * index], places[2 * index + 1]);
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(e);
    }
  }

  private static RuntimeException unreadable(IOException e) {
    return Status.INTERNAL.withDescription("Invalid protobuf byte sequence").withCause(e).asRuntimeException();
  }

  /** Reads what a client sent; the server never sends one. */
  static final class Reader implements MethodDescriptor.Marshaller<Batch> {
    @Override
    public Batch parse(InputStream stream) {
      try {
        return new Batch(stream.readAllBytes());
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    @Override
    public InputStream stream(Batch value) {
      throw new UnsupportedOperationException("a batch is only received");
    }
  }
}
