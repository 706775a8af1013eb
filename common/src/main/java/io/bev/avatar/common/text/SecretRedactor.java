package io.bev.avatar.common.text;

import java.util.regex.Pattern;

/** Redacts secrets in text that leaves the process: user and password of addresses, and values after the name of a secret. */
public final class SecretRedactor {

    private static final String REPLACEMENT = "***";

    private SecretRedactor() {}

    /**
     * The same text with {@code scheme://***@} for user and password, and {@code ***} for the value of {@code password=},
     * {@code token=}, {@code secret=}, {@code Bearer} and {@code Basic}. Redacts too much rather than too little: of an
     * address with a later {@code @} everything before it.
     */
    public static String redact(String text) {
        String redacted = text;
        if (text.indexOf('@') >= 0 && text.contains("://")) {
            redacted = Patterns.CREDENTIALS.matcher(redacted).replaceAll("://" + REPLACEMENT + "@");
        }
        if (mayContainSecret(text)) {
            redacted = Patterns.VALUE.matcher(redacted).replaceAll("$1" + REPLACEMENT);
        }
        return redacted;
    }

    private static boolean mayContainSecret(String text) {
        return text.indexOf('=') >= 0 || text.contains("earer ") || text.contains("asic ");
    }

    /** Compiled when first needed: most processes never log an address. */
    private static final class Patterns {
        /** Up to the last {@code @} of a word, for a password that was not encoded may hold {@code /} and {@code @}. */
        static final Pattern CREDENTIALS = Pattern.compile("://(?!\\[\\[user)[^\\s\"<>]*@");

        static final Pattern VALUE = Pattern.compile(
                "((?i:pass(?:word|wd|phrase)?|token|secret)[\"']?=[\"']?|\\b(?i:bearer|basic) )[^\\s\"'&,;]+");
    }
}
