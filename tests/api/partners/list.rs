//! Partners, as everybody sees them.

use shared::{Code, Page, partner::PartnerView};
use tests::{Market, Offer, eventually, on_both};

on_both!(the_announced_partners_are_there, a_partner_counts_its_visible_offers);

async fn the_announced_partners_are_there(market: Market) {
    let anon = market.anon();
    // Other tests' partners are there, too, and more than one page has.
    let (mut cursor, mut all) = (String::new(), Vec::<PartnerView>::new());
    loop {
        let page: Page<PartnerView> = anon.get(&format!("/partners?limit=100{cursor}")).await.ok();
        all.extend(page.items);
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    for slug in ["azercell", "azedunet", "bestcomp", "enginet", "bakcell", "te", "crocussoft", "unibank", "nteqral"] {
        let listed = all.iter().find(|p| p.slug == slug).unwrap_or_else(|| panic!("{slug} is there"));
        assert!(listed.offers >= 1, "{slug}: {listed:?}");
        let one: PartnerView = anon.get(&format!("/partners/{slug}")).await.ok();
        assert_eq!((one.id, &one.name), (listed.id, &listed.name));
    }
    anon.get("/partners/nobody").await.refused(Code::NotFound);
}

async fn a_partner_counts_its_visible_offers(market: Market) {
    let count = || async { market.anon().get("/partners/azercell").await.ok::<PartnerView>().offers };
    let mine = Offer::once().draft(&market).await;
    let before = count().await;
    let admin = market.admin().await;
    for action in ["submit", "approve"] {
        tests::offer::act(&admin, &mine, action).await.status(200);
    }
    eventually("the offer counts", || async { (count().await > before).then_some(()) }).await;
}
