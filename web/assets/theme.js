// Before the first paint: light or dark, as the visitor chose or as the device says, and the language in the same way.
// src/theme.rs and src/language.rs change them.
{
  const root = document.documentElement;
  const device = matchMedia('(prefers-color-scheme: dark)');
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // A browser that keeps nothing follows the device.
    }
  };
  const apply = () => {
    root.dataset.theme = stored('vm.theme') ?? (device.matches ? 'dark' : 'light');
  };
  apply();
  device.addEventListener('change', apply);
  const ours = (tag) => ['az', 'en', 'ru'].find((lang) => tag?.toLowerCase().split(/[-_]/)[0] === lang);
  root.lang = ours(stored('vm.lang')) ?? navigator.languages.map(ours).find(Boolean) ?? 'az';
  if (location.pathname === '/') root.dataset.boot = 'home';
}
