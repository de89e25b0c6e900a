// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.StatusRuntimeException;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.Operation;
import io.xlvs.v1.VirtualService;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static Batch read(byte[] bytes) {
    return new Batch.Reader().parse(new ByteArrayInputStream(bytes));
  }

  private static Operation operation(String address) {
    return Operation.newBuilder().setCreateService(CreateVirtualServiceRequest.newBuilder()
        .setVirtualService(VirtualService.newBuilder().setAddress(address).setPort(80))).build();
  }

  @Test
  void itReadsWhatAnApplyRequestHas() {
    UnknownFieldSet later = UnknownFieldSet.newBuilder()
        .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(7).addLengthDelimited(ByteString.copyFromUtf8("later")).build()).build();
    ApplyRequest request = ApplyRequest.newBuilder()
        .addOperations(operation("10.0.0.1")).addOperations(Operation.getDefaultInstance()).addOperations(operation("x".repeat(300)))
        .setValidateOnly(true).setExpectedRevision(-3).setUnknownFields(later).build();
    Batch batch = read(request.toByteArray());
    assertThat(batch).containsExactlyElementsOf(request.getOperationsList());
    assertThat(batch.validateOnly()).isTrue();
    assertThat(batch.expectedRevision()).isEqualTo(-3);
    Batch empty = read(new byte[0]);
    assertThat(empty).isEmpty();
    assertThat(empty.validateOnly()).isFalse();
    assertThat(empty.expectedRevision()).isZero();
  }

  @Test
  void whatIsNoMessageIsRefusedAtOnceOrWhenItIsAskedFor() {
    byte[] bytes = ApplyRequest.newBuilder().addOperations(operation("10.0.0.1")).build().toByteArray();
    for (int length = 1; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(StatusRuntimeException.class);
    }
    bytes[2] = 7; // a wire type that there is not
    Batch batch = read(bytes);
    assertThatThrownBy(() -> batch.get(0)).isInstanceOf(StatusRuntimeException.class);
    assertThatThrownBy(() -> read(new byte[] {12})).as("the end of a group").isInstanceOf(StatusRuntimeException.class);
  }
}
