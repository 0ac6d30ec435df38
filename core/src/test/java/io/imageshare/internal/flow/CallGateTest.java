package io.imageshare.internal.flow;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.imageshare.FlowPolicy;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.Call.Kind;
import org.junit.jupiter.api.Test;

class CallGateTest {
  private final CallGate gate = new CallGate(Timekeeper.virtual(), FlowPolicy.defaults(), null);

  private static CallGate.Entry entry(CallOwner owner) {
    Call<?> call = mock();
    when(call.kind()).thenReturn(Kind.READ);
    when(call.isWanted()).thenReturn(true);
    when(call.isPrepared()).thenReturn(true);
    when(call.owner()).thenAnswer(invocation -> owner);
    CallGate.Entry entry = mock();
    when(entry.call()).thenAnswer(invocation -> call);
    when(entry.isWanted()).thenReturn(true);
    return entry;
  }

  @Test
  void whatARunHeldBackGoesWithIt() {
    CallOwner over = mock();
    CallGate.Entry forgotten = entry(over);
    CallGate.Entry other = entry(mock());
    gate.hold(forgotten);
    gate.hold(other);
    gate.forget(over);
    gate.release(forgotten);
    gate.release(other);
    verify(forgotten, never()).start();
    verify(other).start();
  }
}
