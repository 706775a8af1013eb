package io.bev.avatar.e2e.stack;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The curl requests of the runbooks, without the commands that their output is piped to. */
final class RunbookRequests {

    private static final Pattern REQUEST = Pattern.compile("`curl (-s[^`|]*)(?:\\|[^`]*)?`");

    private RunbookRequests() {}

    /** The distinct requests as commands that fail when the request fails, on the ports of {@code up}. */
    static Set<String> on(AvatarUp up) throws IOException {
        Map<Integer, Integer> ports = Map.of(
                8080, up.ports.page(),
                8778, up.ports.jolokia(),
                9818, up.ports.exporter(),
                9090, up.ports.prometheus(),
                9093, up.ports.alertmanager());
        Set<String> commands = new TreeSet<>();
        try (DirectoryStream<Path> runbooks =
                Files.newDirectoryStream(up.root.resolve("alerting-rules/runbooks"), "*.md")) {
            for (Path runbook : runbooks) {
                Matcher requests = REQUEST.matcher(Files.readString(runbook));
                while (requests.find()) {
                    String command =
                            "curl -fS --noproxy '*' " + requests.group(1).replace("HOST:", "127.0.0.1:");
                    for (Map.Entry<Integer, Integer> port : ports.entrySet()) {
                        command = command.replace(
                                "127.0.0.1:" + port.getKey() + "/", "127.0.0.1:" + port.getValue() + "/");
                    }
                    commands.add(command.strip());
                }
            }
        }
        return commands;
    }
}
