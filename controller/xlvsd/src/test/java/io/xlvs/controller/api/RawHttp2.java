// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client that sends what no gRPC library would. */
final class RawHttp2 implements AutoCloseable {
  static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int STREAM = 1;

  private final SocketChannel channel;

  RawHttp2(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  void write(byte... bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Begins a call, and a message that says to be so long. */
  void beginCall(String method, int messageBytes) throws IOException {
    write(PREFACE);
    frame(SETTINGS, 0, 0, new byte[0]);
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    for (String[] header : new String[][] {{":method", "POST"}, {":scheme", "http"}, {":path", "/" + method},
        {":authority", "localhost"}, {"content-type", "application/grpc"}, {"te", "trailers"}}) {
      headers.write(0); // a literal that is not indexed, RFC 7541 section 6.2.2
      for (String text : header) {
        headers.write(text.length());
        headers.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
      }
    }
    frame(HEADERS, END_HEADERS, STREAM, headers.toByteArray());
    frame(DATA, 0, STREAM, ByteBuffer.allocate(5).put((byte) 0).putInt(messageBytes).array());
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    write(ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16)).putShort((short) payload.length).put((byte) type).put((byte) flags).putInt(stream)
        .put(payload).array());
  }

  /** The headers with which the server ends the call. */
  Http2Headers trailers() throws IOException, Http2Exception {
    DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = in.readNBytes(length);
      if (type == HEADERS) {
        Http2Headers headers = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload));
        if ((flags & END_STREAM) != 0) {
          return headers;
        }
      }
    }
  }

  /** Reads until the server hangs up. */
  void awaitEnd() throws IOException {
    DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
    try {
      while (in.read() >= 0) {
        // Its settings and its farewell.
      }
    } catch (EOFException e) {
      // As good.
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
