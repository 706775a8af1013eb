// Light or dark theme: the user's choice, otherwise that of the system. Runs before the first paint.
(() => {
  const KEY = "avatar-theme";
  const ORDER = ["auto", "light", "dark"];
  const NAMES = { auto: "Auto", light: "Light", dark: "Dark" };
  const systemDark = matchMedia("(prefers-color-scheme: dark)");

  /** The stored choice; private windows may have no storage. */
  const stored = () => {
    try {
      const choice = localStorage.getItem(KEY);
      return ORDER.includes(choice) ? choice : "auto";
    } catch {
      return "auto";
    }
  };
  let choice = stored();

  const apply = () => {
    const dark = choice === "dark" || (choice === "auto" && systemDark.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.getElementById("theme-colour")?.setAttribute("content", dark ? "#0e1216" : "#f2f4f6");
    const text = document.getElementById("theme-text");
    if (text) {
      text.textContent = NAMES[choice];
      document.getElementById("theme").setAttribute("aria-label", `Theme: ${NAMES[choice]}`);
    }
  };

  const next = () => {
    choice = ORDER[(ORDER.indexOf(choice) + 1) % ORDER.length];
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // The choice lasts until the page is closed.
    }
    apply();
  };

  apply();
  systemDark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    button.hidden = false;
    button.addEventListener("click", next);
    apply();
  });
})();
