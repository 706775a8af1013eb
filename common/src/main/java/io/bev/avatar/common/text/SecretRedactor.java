package io.bev.avatar.common.text;

import java.util.regex.Pattern;

/** Blanks passwords in text that leaves the program: user and password of addresses, and what follows a secret's name. */
public final class SecretRedactor {

    private static final String BLANK = "***";

    private SecretRedactor() {}

    /**
     * The same text with {@code scheme://***@} for user and password, and {@code ***} for the value of {@code password=},
     * {@code token=}, {@code secret=}, {@code Bearer} and {@code Basic}. Blanks rather too much than too little: an address
     * with an {@code @} further on loses all before it.
     */
    public static String blanked(String text) {
        String blanked = text;
        if (text.indexOf('@') >= 0 && text.contains("://")) {
            blanked = Patterns.CREDENTIALS.matcher(blanked).replaceAll("://" + BLANK + "@");
        }
        if (mayNameOne(text)) {
            blanked = Patterns.VALUE.matcher(blanked).replaceAll("$1" + BLANK);
        }
        return blanked;
    }

    private static boolean mayNameOne(String text) {
        return text.indexOf('=') >= 0 || text.contains("earer ") || text.contains("asic ");
    }

    /** Compiled when first needed: most programs never log an address. */
    private static final class Patterns {
        /** Up to the last {@code @} of a word, for a password that was not encoded may hold {@code /} and {@code @}. */
        static final Pattern CREDENTIALS = Pattern.compile("://(?!\\[\\[user)[^\\s\"<>]*@");

        static final Pattern VALUE = Pattern.compile(
                "((?i:pass(?:word|wd|phrase)?|token|secret)[\"']?=[\"']?|\\b(?i:bearer|basic) )[^\\s\"'&,;]+");
    }
}
