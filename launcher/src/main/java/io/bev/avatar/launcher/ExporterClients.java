package io.bev.avatar.launcher;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.tls.ExporterClientAuth;
import java.nio.file.Path;
import java.util.regex.Matcher;

/** Credentials of this run's exporter clients: readiness probe, Prometheus and Alertmanager. */
record ExporterClients(ExporterClientAuth access) {

    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    /** Reads the keys; problems are added to {@code config}. */
    static ExporterClients from(Config config) {
        return new ExporterClients(ExporterClientAuth.from(config));
    }

    /** A probe with these credentials. */
    Probe probe() {
        return new Probe(access.context(), access::authorization);
    }

    /**
     * Whether the exporter is ready.
     *
     * @throws LaunchException when it rejects the password
     */
    boolean ready(Probe probe, String url) throws InterruptedException, LaunchException {
        int status = probe.status(url).orElse(0);
        if (status == UNAUTHORIZED && access.user().isPresent()) {
            throw new LaunchException(
                    ExitCodes.CONFIG,
                    "the exporter rejected " + access.user().get().name() + "'s password in "
                            + access.user().get().passwordFile() + ": write into " + ExporterClientAuth.PASSWORD
                            + " the password whose hash is in "
                            + access.webConfig().map(Path::toString).orElse("web-config.yml"));
        }
        return status == OK;
    }

    /** Adds to a Prometheus configuration the credentials of the jobs {@code avatar} and {@code avatar-probes}. */
    String prometheus(String configuration) {
        String lines = tls("    scheme: https\n    ");
        if (access.user().isPresent()) {
            lines += "    basic_auth: {username: " + quoted(access.user().get().name()) + ", password_file: "
                    + quoted(access.user().get().passwordFile().toString()) + "}\n";
        }
        return configuration.replaceAll(
                "(?m)^( {2}- job_name: avatar(?:-probes)?\\R)", "$1" + Matcher.quoteReplacement(lines));
    }

    /** Adds the TLS settings of the webhooks to an Alertmanager configuration; they already have the token. */
    String alertmanager(String configuration) {
        return configuration.replaceAll(
                "(?m)^( {8}http_config:\\R)", "$1" + Matcher.quoteReplacement(tls("          ")));
    }

    private String tls(String before) {
        return access.certificate()
                .map(file -> before + "tls_config: {ca_file: " + quoted(file.toString())
                        + access.serverName()
                                .map(name -> ", server_name: " + quoted(name))
                                .orElse("")
                        + access.client()
                                .map(own -> ", cert_file: "
                                        + quoted(own.certificate().toString()) + ", key_file: "
                                        + quoted(own.key().toString()))
                                .orElse("")
                        + "}\n")
                .orElse("");
    }

    /** A double-quoted scalar of YAML. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
