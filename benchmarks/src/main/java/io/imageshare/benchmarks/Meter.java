package io.imageshare.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What the current thread has used: processor time, and bytes allocated. */
record Meter(long cpuNanos, long bytes) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static Meter read() {
    return new Meter(THREADS.getCurrentThreadCpuTime(), THREADS.getCurrentThreadAllocatedBytes());
  }

  Meter since(Meter before) {
    return new Meter(cpuNanos - before.cpuNanos, bytes - before.bytes);
  }
}
