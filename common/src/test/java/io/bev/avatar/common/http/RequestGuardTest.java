package io.bev.avatar.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.http.RequestGuard.Rejection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestGuardTest {

    private final RequestGuard guard = RequestGuard.allowing(List.of("Avatar.example"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8080",
                "127.0.0.1",
                "127.0.0.1:8080",
                "[::1]",
                "[::1]:8080",
                "avatar.example",
                "AVATAR.EXAMPLE:443"
            })
    void checkSource_ownHost_passes(String host) {
        assertThat(source(Map.of("Host", host))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example:8080",
                "evil.example:127.0.0.1",
                "127.0.0.2",
                "[::2]:8080",
                "::1",
                "localhost@evil.example",
                "0.0.0.0:8080"
            })
    void checkSource_foreignHost_isMisdirected(String host) {
        assertThat(source(Map.of("Host", host))).hasValueSatisfying(r -> {
            assertThat(r.status()).isEqualTo(421);
            assertThat(r.reason()).contains("Host").contains("localhost");
        });
    }

    @Test
    void checkSource_noHost_isMisdirected() {
        assertThat(source(Map.of())).map(Rejection::status).hasValue(421);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080", "https://localhost:8080", "HTTP://LOCALHOST:8080"})
    void checkSource_ownOrigin_passes(String origin) {
        assertThat(source(Map.of("Host", "localhost:8080", "Origin", origin))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "http://evil.example",
                "http://localhost",
                "http://localhost:3000",
                "http://127.0.0.1:8080",
                "http://localhost:8080.evil.example",
                "ftp://localhost:8080",
                ""
            })
    void checkSource_foreignOrigin_isForbidden(String origin) {
        assertThat(source(Map.of("Host", "localhost:8080", "Origin", origin)))
                .map(Rejection::status)
                .hasValue(403);
    }

    @ParameterizedTest
    @CsvSource({
        "cross-site, no-cors, 403",
        "cross-site, cors, 403",
        "same-site, no-cors, 403",
        "cross-site, navigate, 0",
        "same-origin, cors, 0",
        "none, navigate, 0"
    })
    void checkSource_fetchMetadata_onlyNavigationMayComeFromElsewhere(String site, String mode, int status) {
        assertThat(source(Map.of("Host", "localhost", "Sec-Fetch-Site", site, "Sec-Fetch-Mode", mode)))
                .map(Rejection::status)
                .isEqualTo(status == 0 ? Optional.empty() : Optional.of(status));
    }

    @Test
    void checkJsonPost_wellFormed_passes() {
        assertThat(post(Map.of())).isEmpty();
        assertThat(post(Map.of("Content-Type", "Application/JSON; charset=utf-8")))
                .isEmpty();
        assertThat(post(Map.of("Content-Length", "100"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Type, text/plain, 415",
        "Content-Type, application/x-www-form-urlencoded, 415",
        "Content-Type, application/jsonp, 415",
        "Content-Type, , 415",
        "Content-Length, , 411",
        "Content-Length, -1, 411",
        "Content-Length, 9999999999999999999, 411",
        "Content-Length, 101, 413",
        "Host, evil.example, 421",
        "Origin, http://evil.example, 403",
        "Sec-Fetch-Site, cross-site, 403"
    })
    void checkJsonPost_oneThingWrong_isRejected(String header, String value, int status) {
        Map<String, String> change = new HashMap<>();
        change.put(header, value);
        assertThat(post(change)).map(Rejection::status).hasValue(status);
    }

    @Test
    void checkJsonPost_navigationFromElsewhere_isForbidden() {
        assertThat(post(Map.of("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate")))
                .map(Rejection::status)
                .hasValue(403);
    }

    @Test
    void checkJsonPost_otherMethod_isNotAllowed() {
        Map<String, String> headers =
                Map.of("Host", "localhost", "Content-Type", "application/json", "Content-Length", "2");
        assertThat(guard.checkJsonPost("PUT", headers::get, 100))
                .map(Rejection::status)
                .hasValue(405);
    }

    private Optional<Rejection> source(Map<String, String> headers) {
        return guard.checkSource(headers::get);
    }

    /** A valid POST with some headers changed; a null value removes one. */
    private Optional<Rejection> post(Map<String, String> changes) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Host", "localhost:8080");
        headers.put("Content-Type", "application/json");
        headers.put("Content-Length", "2");
        headers.putAll(changes);
        return guard.checkJsonPost("POST", headers::get, 100);
    }
}
