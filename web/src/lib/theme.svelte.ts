export type Theme = 'system' | 'light' | 'dark';

const KEY = 'theme';

/** Light, dark, or as the system is; kept on this device. `static/theme.js` puts it in force before the first paint. */
export class ThemeSwitch {
  #chosen = $state<Theme>('system');
  #isDark = $state(false);

  get chosen(): Theme {
    return this.#chosen;
  }
  /** What is seen now. */
  get isDark(): boolean {
    return this.#isDark;
  }

  /** Follows the system until the function that it returns is called. */
  listen(): () => void {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const kept = document.documentElement.dataset.theme;
    this.#chosen = kept === 'light' || kept === 'dark' ? kept : 'system';
    const look = () => {
      this.#isDark = this.#chosen === 'system' ? system.matches : this.#chosen === 'dark';
    };
    look();
    system.addEventListener('change', look);
    return () => system.removeEventListener('change', look);
  }

  choose(theme: Theme): void {
    this.#chosen = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.#isDark = theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Storage may be forbidden; then the choice lasts as long as the page.
    }
  }
}

export const theme = new ThemeSwitch();
