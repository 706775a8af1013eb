package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.renderer.state.Emotion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Result of a blind test of the emotions.
 *
 * @param key the emotion shown, by letter
 * @param answers the emotion seen, by letter
 */
record EmotionScore(Map<String, Emotion> key, Map<String, Emotion> answers) {

    /** Letter of row {@code index}, from a. */
    static String letter(int index) {
        return String.valueOf((char) ('a' + index));
    }

    /** @throws IOException naming the file and line that is unusable, or the letters without an answer */
    static EmotionScore read(Path key, Path answers) throws IOException {
        EmotionScore score = new EmotionScore(pairs(key), pairs(answers));
        if (!score.answers.keySet().equals(score.key.keySet())) {
            throw new IOException(
                    answers + ": has letters " + score.answers.keySet() + ", expected " + score.key.keySet());
        }
        return score;
    }

    private static Map<String, Emotion> pairs(Path file) throws IOException {
        Map<String, Emotion> pairs = new TreeMap<>();
        for (String line : BoundedFiles.readString(file).lines().toList()) {
            String[] words = line.strip().toLowerCase(Locale.ROOT).split("\\s+", -1);
            if (words.length == 1 && words[0].isEmpty()) {
                continue;
            }
            Optional<Emotion> emotion = words.length == 2 ? Emotion.of(words[1]) : Optional.empty();
            if (emotion.isEmpty() || words[0].length() != 1) {
                throw new IOException(file + ": '" + line + "': expected a letter and an emotion, such as 'a happy'");
            }
            if (pairs.put(words[0], emotion.get()) != null) {
                throw new IOException(file + ": two lines for " + words[0] + ", expected one");
            }
        }
        return pairs;
    }

    /** Number of emotions that were recognised. */
    long recognised() {
        return key.entrySet().stream()
                .filter(e -> answers.get(e.getKey()) == e.getValue())
                .count();
    }

    /** A Markdown table of emotion shown and emotion seen, in the order of the emotions, and the total. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(List.of("| shown | seen |", "|---|---|"));
        for (Emotion shown : Emotion.values()) {
            key.forEach((letter, emotion) -> {
                Emotion seen = answers.get(letter);
                if (emotion == shown && seen != null) {
                    lines.add("| " + shown.label() + " | " + (seen == shown ? "yes" : seen.label()) + " |");
                }
            });
        }
        lines.add("");
        lines.add(recognised() + " of " + key.size() + " recognised");
        return lines;
    }
}
