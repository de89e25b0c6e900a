// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Answers calls with one response. */
final class Unary {
  private Unary() {}

  static <T> void answer(StreamObserver<T> observer, Supplier<T> response) {
    T message;
    try {
      message = response.get();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    }
    observer.onNext(message);
    observer.onCompleted();
  }
}
