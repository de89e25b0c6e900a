// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A fault of xlvsd itself: logged in full, told to the client as INTERNAL; gRPC alone would say UNKNOWN and nothing else. */
final class FailureInterceptor implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(FailureInterceptor.class);

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onHalfClose() {
        try {
          super.onHalfClose();
        } catch (RuntimeException e) {
          String method = call.getMethodDescriptor().getFullMethodName();
          LOG.atError().addKeyValue("method", method).setCause(e).log("call failed");
          call.close(Status.INTERNAL.withDescription("internal error in " + method + ": see xlvsd's log"), new Metadata());
        }
      }
    };
  }
}
