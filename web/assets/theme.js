// Before the first paint: light or dark, as the visitor chose or as the device says. src/theme.rs changes it.
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
  root.lang = stored('vm.lang') ?? root.lang;
}
