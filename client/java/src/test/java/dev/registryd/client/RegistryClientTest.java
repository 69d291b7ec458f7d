package dev.registryd.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.registryd.registry.v1.AuthRequest;
import dev.registryd.registry.v1.GetServiceConfigRequest;
import dev.registryd.registry.v1.LoadMirrorsRequest;
import dev.registryd.registry.v1.ParseReferenceRequest;
import dev.registryd.registry.v1.ParseReferenceResponse;
import dev.registryd.registry.v1.PingRequest;
import dev.registryd.registry.v1.PingV2RegistryRequest;
import dev.registryd.registry.v1.RegistryServiceGrpc;
import dev.registryd.registry.v1.SearchRequest;
import dev.registryd.registry.v1.WatchServiceConfigRequest;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RegistryClientTest {
  private static final ParseReferenceRequest REQUEST = ParseReferenceRequest.getDefaultInstance();
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final FakeService fake = new FakeService();

  @AfterEach
  void closeFake() throws Exception {
    fake.close();
  }

  private RegistryClient.Builder socket(String name) throws Exception {
    return RegistryClient.builder().address(fake.listen(folder.resolve(name)));
  }

  private static void parse(RegistryClient client) {
    client.call(() -> client.registry().parseReference(REQUEST));
  }

  private static Code codeOf(Runnable call) {
    return assertThrows(RegistryException.class, call::run).code();
  }

  @Test
  void answersOverEachKindOfAddress() throws Exception {
    fake.answering(() -> ParseReferenceResponse.newBuilder().setCanonical("c").build());
    var tcp = RegistryClient.builder().address(fake.listen((SslContext) null));
    for (var builder : List.of(socket("s"), socket("a b%[#"), socket("@s"), tcp)) {
      try (RegistryClient client = builder.userAgent("agent/1").build()) {
        var answer = client.call(() -> client.registry().parseReference(REQUEST));
        assertEquals("c", answer.getCanonical());
        assertTrue(fake.last().userAgent.startsWith("agent/1 "), fake.last().userAgent);
      }
    }
  }

  @Test
  void saysLocalhostOverASocket() throws Exception {
    try (RegistryClient client = socket("s").build()) {
      parse(client);
      assertEquals("localhost", fake.last().authority);
    }
  }

  @Test
  void callsHaveTheClientsDeadline() throws Exception {
    try (RegistryClient client = socket("s").build();
        RegistryClient patient = socket("t").timeout(LONG).build()) {
      parse(client);
      assertLeft(0, 5);
      parse(patient);
      assertLeft(50, 60);
      patient.call(
          () -> patient.registry().withDeadlineAfter(1, TimeUnit.HOURS).parseReference(REQUEST));
      assertLeft(3500, 3600);
    }
  }

  @Test
  void aDeadlineOfTheContextHolds() throws Exception {
    var scheduler = Executors.newSingleThreadScheduledExecutor();
    var context = Context.current().withDeadlineAfter(1, TimeUnit.HOURS, scheduler);
    try (RegistryClient client = socket("s").build()) {
      context.run(() -> parse(client));
      assertLeft(3500, 3600);
    } finally {
      context.cancel(null);
      scheduler.shutdownNow();
    }
  }

  @Test
  void streamsHaveADeadlineOnlyOfTheirOwn() throws Exception {
    var request = WatchServiceConfigRequest.getDefaultInstance();
    try (RegistryClient client = socket("s").build()) {
      client.config().watchServiceConfig(request).next();
      assertNull(fake.last().deadline);
      client.config().withDeadlineAfter(1, TimeUnit.HOURS).watchServiceConfig(request).next();
      assertLeft(3500, 3600);
    }
  }

  private void assertLeft(int fromSeconds, int toSeconds) {
    Deadline deadline = fake.last().deadline;
    long left = deadline.timeRemaining(TimeUnit.MILLISECONDS);
    assertTrue(left > fromSeconds * 1000L && left <= toSeconds * 1000L, left + " ms are left");
  }

  @Test
  void aCallGivesUp() throws Exception {
    fake.answering(() -> null);
    try (RegistryClient client = socket("s").timeout(Duration.ofMillis(100)).build()) {
      assertEquals(Code.DEADLINE_EXCEEDED, codeOf(() -> parse(client)));
    }
  }

  @Test
  void aWatchIsCancelledByItsContext() throws Exception {
    fake.answering(() -> null);
    var context = Context.current().withCancellation();
    try (RegistryClient client = socket("s").build()) {
      var watch =
          context.call(
              () ->
                  client
                      .config()
                      .watchServiceConfig(WatchServiceConfigRequest.getDefaultInstance()));
      context.cancel(null);
      assertEquals(Code.CANCELLED, codeOf(() -> client.call(watch::next)));
    }
  }

  @Test
  void otherStubsHaveTheDeadlineToo() throws Exception {
    try (RegistryClient client = socket("s").build()) {
      client.stub(RegistryServiceGrpc::newFutureStub).parseReference(REQUEST).get();
      assertLeft(0, 5);
    }
  }

  @Test
  void aLargeAnswerArrives() throws Exception {
    fake.answering(() -> ParseReferenceResponse.newBuilder().setPath("x".repeat(32 << 20)).build());
    try (RegistryClient client = socket("s").timeout(LONG).build()) {
      parse(client);
    }
  }

  @Test
  void anAnswerAboveTheLimitIsRefused() throws Exception {
    fake.answering(
        () -> ParseReferenceResponse.newBuilder().setPath("x".repeat((64 << 20) + 1)).build());
    try (RegistryClient client = socket("s").timeout(LONG).build()) {
      assertEquals(Code.RESOURCE_EXHAUSTED, codeOf(() -> parse(client)));
    }
  }

  /**
   * Each failure by the policy costs a token, of which there are ten: below six nothing is
   * repeated. So each call has a client of its own.
   */
  enum Call {
    PARSE_REFERENCE(Code.UNAVAILABLE, 3, RegistryClientTest::parse),
    GET_SERVICE_CONFIG(
        Code.UNAVAILABLE,
        3,
        client -> client.config().getServiceConfig(GetServiceConfigRequest.getDefaultInstance())),
    WATCH_SERVICE_CONFIG(
        Code.UNAVAILABLE,
        3,
        client ->
            client
                .config()
                .watchServiceConfig(WatchServiceConfigRequest.getDefaultInstance())
                .next()),
    ANOTHER_CODE(Code.RESOURCE_EXHAUSTED, 1, RegistryClientTest::parse),
    AUTH(
        Code.UNAVAILABLE, 1, client -> client.registry().auth(AuthRequest.getDefaultInstance())),
    SEARCH(
        Code.UNAVAILABLE,
        1,
        client -> client.registry().search(SearchRequest.getDefaultInstance())),
    PING_V2_REGISTRY(
        Code.UNAVAILABLE,
        1,
        client -> client.registry().pingV2Registry(PingV2RegistryRequest.getDefaultInstance())),
    LOAD_MIRRORS(
        Code.UNAVAILABLE,
        1,
        client -> client.config().loadMirrors(LoadMirrorsRequest.getDefaultInstance())),
    V1_PING(
        Code.UNAVAILABLE, 1, client -> client.v1Session().ping(PingRequest.getDefaultInstance()));

    final Code code;
    final int attempts;
    final Consumer<RegistryClient> call;

    Call(Code code, int attempts, Consumer<RegistryClient> call) {
      this.code = code;
      this.attempts = attempts;
      this.call = call;
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsAreRepeated(Call call) throws Exception {
    fake.answering(
        () -> {
          throw Status.fromCode(call.code).asRuntimeException();
        });
    try (RegistryClient client = socket("s").timeout(LONG).build()) {
      Runnable once =
          () ->
              client.call(
                  () -> {
                    call.call.accept(client);
                    return null;
                  });
      assertEquals(call.code, codeOf(once));
      assertEquals(call.attempts, fake.seen.size());
    }
  }
}
