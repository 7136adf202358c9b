// Reads QR codes from the camera, for the till. Loaded when the camera is asked for; the browser's own reader where it
// has one, else jsQR (Apache-2.0), which is then loaded, too.
(() => {
  const load = (src) => new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });

  const reader = async () => {
    if ('BarcodeDetector' in window) {
      const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
      if (formats.includes('qr_code')) {
        const detector = new BarcodeDetector({ formats: ['qr_code'] });
        return async (video) => (await detector.detect(video))[0]?.rawValue;
      }
    }
    if (!window.jsQR) await load('/jsqr/jsQR.js');
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', { willReadFrequently: true });
    return async (video) => {
      // Half a thousand pixels are enough for a code that fills a part of the picture.
      const scale = Math.min(1, 640 / Math.max(video.videoWidth, 1));
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      if (!canvas.width || !canvas.height) return undefined;
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const picture = context.getImageData(0, 0, canvas.width, canvas.height);
      return window.jsQR(picture.data, picture.width, picture.height)?.data;
    };
  };

  // Starts the camera in a <video>, tells each text that it reads, and answers how to stop.
  window.vmScan = async (video, found) => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
    let running = true;
    const stop = () => {
      running = false;
      stream.getTracks().forEach((track) => track.stop());
      video.srcObject = null;
    };
    try {
      video.srcObject = stream;
      await video.play();
      const read = await reader();
      const look = async () => {
        if (!running) return;
        const text = await read(video).catch(() => undefined);
        if (running && text) found(text);
        if (running) setTimeout(look, 120);
      };
      look();
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  };
})();
