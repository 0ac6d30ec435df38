package io.imageshare.benchmarks;

import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/** Runs the simulated service until its input ends, and prints its endpoint. */
final class HttpSite {
  static final String KEY = "BENCHMARKKEY00000000";
  static final String SECRET = "made-up-secret-made-up-secret-made-up-sec";
  static final String PROJECT = "0123456789abcdef0123456789abcdef";

  private HttpSite() {}

  public static void main(String[] args) throws IOException {
    MemoryBackend cloud =
        MemoryBackend.builder().owner(PROJECT).anyImage().jobsTake(Duration.ZERO).build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey(KEY, SECRET).build()) {
      System.out.println(server.endpoint());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
